// No circle of imports, types included (dependency-cruiser).
module.exports = {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Modules that import each other are one module: move what both need to a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^((cloud/)?dist|coverage|reports)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
