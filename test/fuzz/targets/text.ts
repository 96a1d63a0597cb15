import { InvalidArgumentError } from 'commander';
import { parseFaults } from '../../../air/faults.js';
import { fileNameFor } from '../../../cli/config/file-name.js';
import * as args from '../../../cli/config/parse.js';
import { controlOf } from '../../../firmware-sim/control/car-control.js';
import { CAR } from '../../../firmware-sim/control/car-operations.js';
import { carHandlers } from '../../../firmware-sim/control/car-server.js';
import { perform } from '../../../local/rpc/server.js';
import { parsePairingCode } from '../../../lib/domain/pairing-code.js';
import { utf8 } from '../../../lib/platform/bytes.js';
import { parseJsonObject } from '../../../lib/platform/json.js';
import { checkName } from '../../../lib/domain/names.js';
import { World } from '../car/world.js';
import { demand, refusing } from '../target.js';
import type { Target } from '../target.js';

interface Parser {
  readonly parse: (text: string) => unknown;
  readonly example: string;
  /** Of the PhoneKeyErrors it throws; without one it throws commander's error. */
  readonly refuses?: string;
}

/** What people and scripts type. A new one is a line here; new ones go to the end. */
const PARSERS: readonly Parser[] = [
  { parse: args.parseSeconds, example: '2.5' },
  { parse: args.parsePosition, example: '3,-2.5' },
  { parse: args.parseDirectory, example: 'home' },
  { parse: args.parseFile, example: 'car.btsnoop' },
  { parse: args.parseName, example: 'Blue car' },
  { parse: args.parseSlot, example: '18' },
  { parse: args.parseEndpoint, example: '[::1]:6402' },
  { parse: parsePairingCode, example: '1234-5678', refuses: 'usage.invalid' },
  { parse: parseFaults, example: 'loss=0.1,stall=peripheral:3', refuses: 'usage.invalid' },
  { parse: checkName, example: 'Ann’s phone', refuses: 'protocol.malformed' },
  { parse: parseFileName, example: 'Blue car' },
  { parse: args.parseSpeed, example: '1.4' },
  { parse: args.parseWho, example: 'car' },
  { parse: args.parseSeed, example: 'a-seed' },
  { parse: parsePairingCode, example: 'phonekey:pair/12345678', refuses: 'usage.invalid' },
  { parse: args.parseDuration, example: '90m' },
  { parse: args.parseTime, example: '2026-05-01T16:00Z' },
  { parse: args.parseCount(255), example: '3' },
  { parse: args.parseLinks, example: '8' },
];

/** Any name gives a file name that no system takes for something else. */
function parseFileName(text: string): void {
  const name = fileNameFor(text);
  demand(/^[a-z0-9_-]*$/.test(name), 'a file name has plain characters');
  demand(name.length <= 3 * utf8(text).length, 'and is not too long');
}

const refusingArgument = (parse: () => unknown): unknown => {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InvalidArgumentError) return undefined;
    throw error;
  }
};

const textOf = (input: Uint8Array): string => new TextDecoder().decode(input);

const request = (op: string, args = ''): Uint8Array =>
  utf8(`{"op":"${op}"${args === '' ? '' : `,${args}`}}`);

export const textTargets: readonly Target[] = [
  {
    name: 'arguments',
    seeds: () => PARSERS.map(({ example }, i) => Uint8Array.of(i, ...utf8(example))),
    dictionary: ['-', ',', ':', '=', '.', '[', ']', '1e9', '00', ' ', '٣', '\0'].map(utf8),
    maxLength: 80,
    run(input) {
      const parser = PARSERS[(input[0] ?? 0) % PARSERS.length];
      if (parser === undefined) return;
      const parse = (): unknown => parser.parse(textOf(input.subarray(1)));
      const { refuses } = parser;
      const value = refuses === undefined ? refusingArgument(parse) : refusing([refuses], parse);
      demand(!Number.isNaN(value), 'a number is one');
    },
  },
  {
    name: 'control-door',
    seeds: () => [
      ...Object.values(CAR).map(({ op }) => request(op)),
      request('tap', '"reader":"console","purpose":"pair","role":"owner"'),
      request('tap', '"reader":"pillar"'),
      request('handle', '"door":"front-left"'),
      request('open', '"closure":"trunk"'),
    ],
    dictionary: ['"reader":', '"purpose":', '"drive"', '"role":', '"closure":', '{', '}', '[]'].map(
      utf8,
    ),
    batch: 1,
    async run(input) {
      const asked = parseJsonObject(input);
      if (asked === undefined) return;
      const world = await World.create();
      const control = controlOf(world.controller, () => world.controller.reset());
      const handlers = carHandlers(control, () => {
        throw new Error('a stream is not opened here');
      });
      const done = await (async () => perform(handlers, asked))().catch((error: unknown) => {
        refusing(['usage.invalid', 'sim.refused'], () => {
          throw error;
        });
        return 'refused';
      });
      demand(JSON.stringify(done ?? {}).length < 4096, 'an answer is short');
      const { locked } = world.controller.status();
      demand(locked || asked['op'] === 'tap', 'only a card unlocks');
      await world.stop();
    },
  },
];
