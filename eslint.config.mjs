import { builtinModules, createRequire } from 'node:module';

// Installed by `npm run lint`, not by `npm install`.
const require = createRequire(new URL('scripts/lint/package.json', import.meta.url));
const js = require('@eslint/js');
const { defineConfig, globalIgnores } = require('eslint/config');
const tseslint = require('typescript-eslint');

/** A relative import that climbs out of its folder and down into one of `targets` (a regex). */
const up = (targets) => `^(\\.\\./)+(${targets})`;

/** Folders of lib that are dialects; one that is not named here is not kept in its place. */
const DIALECTS = 'native|tesla';

// What must not be imported, and why. The directions are those of docs/ARCHITECTURE.md.
// Modules of Node have the prefix `node:` (a rule below), which makes them easy to tell.
const ABOVE_LIB = {
  regex: up('(local|air|firmware-sim|cli|cloud|bench|examples|lab|testing|test)/'),
  message: 'lib imports nothing of local, air, firmware-sim or cli.',
};
const OUTSIDE_LOCAL = {
  regex: up('lib/(?!platform/|errors\\.js$)|(air|firmware-sim|cli|cloud|bench|examples|lab|test)/'),
  message: 'local imports only lib/platform and lib/errors.',
};
const NODE = {
  regex: '^node:',
  message: 'lib runs anywhere: it is given clock, randomness, links and stores.',
};
const NODE_IO = {
  regex: '^node:(?!(events|module|path)$)',
  message: 'The adapters may load packages of Node, not use its files, sockets and timers.',
};
const OUTSIDE_PLATFORM = {
  regex: '^\\.\\./(?!errors\\.js$)',
  message: 'lib/platform is the bottom: of the rest it imports errors alone.',
};
const ENDS = {
  regex: up('(phone|car)/|radio/(noble|bleno)'),
  message: 'The protocol knows neither its two public ends nor a Bluetooth stack.',
};
const DIALECT_INSIDE = {
  regex: up(`(${DIALECTS})/(?!(car|phone|phone/pair)\\.js$)`),
  message: 'lib/phone and lib/car speak lib/domain: of a dialect they know that it is the default.',
};
const BEHIND_INTERFACES = {
  regex: up('(phone/(?!(dialect|deadline|store)\\.js$)|car/(?!(dialect|host)\\.js$))'),
  message:
    'A dialect implements interfaces of lib/phone and lib/car, and knows nothing behind them.',
};
const CAR = {
  regex: up('car/'),
  message: 'lib/phone, lib/cloud and lib/radio do not know lib/car.',
};
const PHONE = {
  regex: up('phone/'),
  message: 'lib/car, lib/cloud and lib/radio do not know lib/phone.',
};
const DIALECT = {
  regex: up(`(${DIALECTS})/`),
  message: 'Links, radios and credentials are the same in every dialect, and know none.',
};
const OUTSIDE_AIR = {
  regex: up(
    'lib/(?!platform/|hci/|errors\\.js$|radio/loader/)|(firmware-sim|cli|bench|examples|lab|test)/',
  ),
  message:
    'air imports only local, lib/platform, lib/hci, lib/errors and the loader of the stacks.',
};
const OUTSIDE_AIR_SIM = {
  regex: up(
    'lib/(?!platform/|hci/|errors\\.js$|link/(advertising|gatt-profile)\\.js$|common\\.js$|radio/(types|link-buffer|operation|patience|advertising-data|gatt-row|host/(attribute-table|att-server|att-state))\\.js$)|(firmware-sim|cli|bench|examples|lab|test)/',
  ),
  message: 'air/sim implements the radio of lib/radio, and knows nothing else of lib.',
};
const ABOVE_DOMAIN = {
  regex: '^\\.\\./(?!platform/|errors\\.js$)',
  message: 'lib/domain is words: besides itself it imports lib/platform and lib/errors alone.',
};
const THE_WIRE = {
  regex: up(`lib/(${DIALECTS})/`),
  message: 'A car speaks the words of lib/domain: how they go over the air is not its business.',
};
const NOT_THE_CAR = {
  regex: up('(lib/phone|cli|cloud|bench|examples|lab|testing|test)/'),
  message: 'firmware-sim never imports lib/phone or cli.',
};
const UNDER_THE_PHONE = {
  regex: up(`(lib/(${DIALECTS})/(?!inspect/|profile\\.js$)|(bench|examples|lab|test)/)`),
  message: 'cli never imports the inside of a dialect: it uses lib/phone and lib/native/inspect.',
};
const MEMORY_OF_A_CAR = {
  regex: up('firmware-sim/(memory|flash)/'),
  message:
    'How a simulated car keeps its memory is its own: files, locks and sockets are in local.',
};
const WHOLE_AIR = {
  regex: up('air/index\\.js$'),
  allowTypeImports: true,
  message:
    'Most commands need little of the air, and loading all of it takes a tenth of a second: import the module itself.',
};
const UNDER_THE_TESTING = {
  regex: up('(local|air|cli|cloud|bench|examples|lab|scripts|test)/|lib/native/'),
  message: 'testing joins phones of lib and a simulated car, and knows nothing else.',
};
const UNDER_THE_LAB = {
  regex: up('(cli|bench|examples|scripts|test)/'),
  message: 'lab imports the product alone; tests, fuzzers and benches import lab.',
};
const NOT_BY_NAME = {
  regex: '^\\.|^phonekey/(dist|lib)/',
  message: 'Examples import the package by its name, as a user would.',
};
const TYPES_OF_THE_ROOT = {
  regex: up('(lib|local|air|firmware-sim|cli|bench|examples|lab|testing|scripts|test)/'),
  allowTypeImports: true,
  message:
    'cloud is a package of its own: of the root it knows types, which are gone when it runs.',
};
const RADIO_PACKAGES = {
  regex: '^@abandonware/',
  allowTypeImports: true,
  message: 'noble and bleno are optional: load them inside the function that needs them.',
};

/** Of two entries that match a file, the later one alone counts, hence the full lists. */
const DIRECTIONS = [
  [['lib/**'], [ABOVE_LIB, NODE]],
  [['lib/platform/**'], [ABOVE_LIB, NODE, OUTSIDE_PLATFORM]],
  [['lib/crypto/**'], [ABOVE_LIB, NODE, ENDS]],
  [['lib/crypto/node*.ts'], [ABOVE_LIB, ENDS]],
  [['lib/domain/**'], [ABOVE_LIB, NODE, ABOVE_DOMAIN]],
  [['lib/{noise,hci}/**'], [ABOVE_LIB, NODE, ENDS]],
  [['lib/{link,credentials}/**'], [ABOVE_LIB, NODE, ENDS, DIALECT]],
  [DIALECTS.split('|').map((name) => `lib/${name}/**`), [ABOVE_LIB, NODE, BEHIND_INTERFACES]],
  [['lib/phone/**'], [ABOVE_LIB, NODE, CAR, DIALECT_INSIDE]],
  [['lib/car/**'], [ABOVE_LIB, NODE, PHONE, DIALECT_INSIDE]],
  [['lib/radio/**'], [ABOVE_LIB, NODE_IO, CAR, PHONE, DIALECT]],
  [['lib/radio/loader/**'], [ABOVE_LIB, CAR, PHONE, DIALECT]],
  [['lib/cloud/**'], [ABOVE_LIB, NODE, CAR, PHONE, DIALECT]],
  [['local/**'], [OUTSIDE_LOCAL]],
  [['air/**'], [OUTSIDE_AIR]],
  [['air/sim/**'], [OUTSIDE_AIR_SIM]],
  [['firmware-sim/**'], [NOT_THE_CAR, THE_WIRE]],
  [['cli/**'], [UNDER_THE_PHONE, MEMORY_OF_A_CAR, WHOLE_AIR]],
  [['testing/**'], [UNDER_THE_TESTING, NODE]],
  [['lab/**'], [UNDER_THE_LAB]],
  [['examples/**'], [NOT_BY_NAME]],
  [['cloud/*.ts', 'cloud/{broker,service,store}/**'], [TYPES_OF_THE_ROOT]],
];

/** esquery takes no slash inside a regular expression. */
const esquery = (regex) => `/${regex.replaceAll('/', '\\u002F')}/`;

// One style: private members are the language's own, types are imported apart, and errors are told in one manner.
const STYLE = [
  {
    selector:
      "PropertyDefinition[accessibility='private'], MethodDefinition[kind!='constructor'][accessibility='private'], TSParameterProperty[accessibility='private']",
    message: 'Private members begin with #.',
  },
  {
    selector: "ImportSpecifier[importKind='type'], ExportSpecifier[exportKind='type']",
    message: 'Import types by a statement of their own.',
  },
  {
    selector: `NewExpression[callee.name='PhoneKeyError'] > Literal[value=${esquery(/^[A-Z][a-z]+ |\.$/.source)}]`,
    message:
      'What went wrong begins with a small letter and has no full stop; a hint is a sentence.',
  },
];

function direction([folders, patterns]) {
  // The import rule overlooks `await import('...')` and `typeof import('...')`.
  const others = patterns.flatMap(({ regex, message, allowTypeImports }) =>
    [
      'ImportExpression > Literal.source',
      ...(allowTypeImports ? [] : ['TSImportType Literal']),
    ].map((node) => ({
      selector: `${node}[value=${esquery(regex)}]`,
      message,
    })),
  );
  return {
    files: folders.map((folder) => (folder.endsWith('.ts') ? folder : `${folder}/*.ts`)),
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [RADIO_PACKAGES, ...patterns] },
      ],
      'no-restricted-syntax': ['error', ...STYLE, ...others],
    },
  };
}

/** What only Node has, and the files of lib that are for Node: its adapters and its suite. */
const NODE_GLOBALS = ['Buffer', 'process', 'setImmediate', 'require'];
const LIB_FOR_NODE = ['lib/crypto/node*.ts', 'lib/radio/{bleno*,noble*,stack}.ts'];

const CLOCKS = ['setTimeout', 'setInterval', 'performance', 'Date'].map((name) => ({
  name,
  message: 'lib has no timers and no clock of its own: use the Clock it is given.',
}));
const FOR_NODE = NODE_GLOBALS.map((name) => ({
  name,
  message: 'This runs in browsers too: see lib/platform/bytes.ts and lib/platform/turn.ts.',
}));

export default defineConfig(
  globalIgnores([
    'dist/',
    'cloud/dist/',
    'coverage/',
    'reports/',
    'lib/native/schema/gen/',
    'test/support/schema/',
    'test/interop/**/target/',
    // Written for other people's projects, which are set up in another way.
    'docs/guides/test-runners/',
  ]),
  js.configs.recommended,
  {
    rules: {
      'max-lines': ['error', 400],
      eqeqeq: 'error',
      'no-var': 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // `void | Promise<void>` says that a callback may be asynchronous.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // A synchronous body is a good way to fulfil an asynchronous interface.
      '@typescript-eslint/require-await': 'off',
      'no-restricted-imports': [
        'error',
        ...builtinModules
          .filter((name) => !name.startsWith('node:'))
          .map((name) => ({ name, message: `Write node:${name}.` })),
      ],
      'no-restricted-syntax': ['error', ...STYLE],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Use a Random that was given to you.' },
      ],
    },
  },
  {
    files: ['lib/**/*.ts', 'local/**/*.ts', 'air/**/*.ts', 'firmware-sim/**/*.ts', 'cloud/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['lib/**/*.ts'],
    ignores: ['lib/platform/**', 'lib/radio/loader/**'],
    rules: {
      'no-restricted-globals': ['error', ...CLOCKS, ...FOR_NODE],
    },
  },
  {
    files: LIB_FOR_NODE,
    rules: { 'no-restricted-globals': ['error', ...CLOCKS] },
  },
  {
    files: [
      'lib/platform/**/*.ts',
      'air/{medium,sim}/**/*.ts',
      'firmware-sim/{*,flash/*}.ts',
      'testing/**/*.ts',
    ],
    ignores: [
      'lib/platform/turn.ts',
      'firmware-sim/{homes,index}.ts',
      'firmware-sim/flash/file-flash.ts',
    ],
    rules: { 'no-restricted-globals': ['error', ...FOR_NODE] },
  },
  ...DIRECTIONS.map(direction),
  {
    files: ['test/**/*.ts', 'cloud/test/**/*.ts'],
    rules: {
      // What jest's matchers return, and what a test knows to be there.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        Buffer: 'readonly',
        process: 'readonly',
        console: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        URL: 'readonly',
      },
    },
  },
);
