module.exports = {
  // phonekey and what it depends on are ES modules: they are compiled to CommonJS, as your tests are.
  transform: {
    '^.+\\.[jt]s$': 'ts-jest',
  },
  transformIgnorePatterns: ['/node_modules/(?!(phonekey|@noble|@scure|tinyqueue)/)'],
};
