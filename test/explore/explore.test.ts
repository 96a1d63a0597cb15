import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Person } from './cast.js';
import { CONTROLS } from './controls.js';
import { grant, pair, show } from './act.js';
import { search } from './search.js';
import { canonical, newState } from './state.js';
import type { State } from './state.js';
import { editsOf } from './switch-off.js';
import { digest, text } from './text.js';
import { RIGHTS_WORLDS } from './rights-worlds.js';
import { WORLDS } from './worlds.js';

const MAIN = resolve('dist/test/explore/main.js');

const explore = (...args: string[]) =>
  spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });

describe('the search over everything that can happen to rights', () => {
  // Of phones that do all that they do, fewer: each takes as long as ten of the others.
  const sampleOf = (name: string): number => (name.startsWith('an outage') ? 20 : 100);

  it.each(WORLDS.map((world) => [world.name, world] as const))(
    'finds nothing in the first states of: %s',
    async (name, world) => {
      const { states, found } = await world.search(sampleOf(name));
      expect(found).toBeUndefined();
      expect(states).toBe(sampleOf(name));
    },
  );

  it('finds what a rule that is switched off lets happen, as the shortest story', () => {
    const rule = 'R1: what leaves a slot is remembered';
    const { status, stdout } = explore('--json', '--control', rule, '--states', '1000');
    expect(status).toBe(1);
    const [outcome] = stdout.split('\n');
    expect(JSON.parse(outcome ?? '')).toMatchObject({
      world: 'removal',
      found: {
        property: 'what was taken away stays away: Gus was let in by a grant of Ada',
        story: [
          'Ada pairs as owner',
          'Ada signs a grant for Gus',
          'Gus pairs as driver',
          'Gus is removed',
          'Gus shows grant 1',
        ],
      },
    });
  });

  it('names worlds that there are in its controls, and every rule', () => {
    const names = WORLDS.map(({ name }) => name);
    expect(CONTROLS.filter(({ world }) => !names.includes(world))).toEqual([]);
    for (let rule = 1; rule <= 12; rule++) {
      expect(CONTROLS.some((each) => each.rule.startsWith(`R${String(rule)}:`))).toBe(true);
    }
  });

  it('switches off what stands once in the built text', () => {
    const rights = resolve('dist/firmware-sim/rights');
    const wrong = CONTROLS.filter((control) => {
      const built = readFileSync(join(rights, control.file), 'utf8');
      return editsOf(control).some(({ find }) => built.split(find).length !== 2);
    });
    expect(wrong).toEqual([]);
  });

  it('fails where something was never possible', () => {
    const { status, stdout } = explore('--world', 'removal', '--states', '20');
    expect(status).toBe(1);
    expect(stdout).toContain('; never: Gus is removed\n');
  });

  it('takes for the same what was signed in another order', () => {
    const limits = { slots: 4, mostRevocations: 8 };
    const signs = (state: State | undefined, to: Person) =>
      state && grant(state, { by: 'Ada', to, dating: 'honest' });
    const paired = pair(newState, 'Ada', 'owner', limits);
    const [one, other] = [signs(signs(paired, 'Gus'), 'Hal'), signs(signs(paired, 'Hal'), 'Gus')];
    if (one === undefined || other === undefined) throw new Error('no grant');
    expect(canonical(one)).toBe(canonical(other));
    const voided = { ...one, words: one.words.map((word) => ({ ...word, void: true })) };
    expect(canonical(voided)).not.toBe(canonical(one));
    const shown = show(one, 1, limits);
    expect(shown && canonical(shown)).not.toBe(canonical(one));
  });

  it('says what it knows, and refuses what it does not know', () => {
    expect(explore('--list').stdout).toContain('control  R7: what folds raises the floor');
    expect(explore('--states', 'many')).toMatchObject({ status: 2, stdout: '' });
    expect(explore('--control', 'R13')).toMatchObject({ status: 2, stdout: '' });
  });

  it('tells a world that cannot begin', () => {
    const [removal] = RIGHTS_WORLDS;
    if (removal === undefined) throw new Error('no world');
    const beginning = [{ name: 'nothing', apply: () => undefined }];
    expect(() => search({ ...removal, beginning }, 10)).toThrow('removal cannot begin: nothing');
  });

  it('breaks a property itself, where what is void lets somebody in', () => {
    const limits = { slots: 4, mostRevocations: 8 };
    const paired = pair(newState, 'Ada', 'owner', limits);
    const granted = paired && grant(paired, { by: 'Ada', to: 'Gus', dating: 'honest' });
    if (granted === undefined) throw new Error('no grant');
    const words = granted.words.map((word) => ({ ...word, void: word.kind === 'grant' }));
    expect(() => show({ ...granted, words }, 1, limits)).toThrow('what was taken away stays away');
  });

  it('takes states for the same whose texts are the same, and others for others', () => {
    expect(text({ a: [1, undefined], b: Uint8Array.of(65, 66, 67, 68) })).toBe('{[1,,],ABC,}');
    const digests = new Set(Array.from({ length: 1000 }, (_, n) => digest(`state ${String(n)}`)));
    expect(digests.size).toBe(1000);
  });
});
