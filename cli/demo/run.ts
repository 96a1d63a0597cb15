import { errorMessage, PhoneKeyError } from '../../lib/errors.js';
import type { TraceEvent } from '../../lib/index.js';
import { captured } from '../capture/captured.js';
import { sessionKeyLog } from '../capture/session-key-file.js';
import type { Context } from '../context.js';
import { interrupted } from '../io/interrupt.js';
import type { Output } from '../io/output.js';
import { table } from '../io/table.js';
import { ownName } from '../own-name.js';
import { STEPS } from './steps.js';
import type { Stage, DemoStep } from './steps.js';
import { openWorld } from './world.js';
import type { World } from './world.js';

/**
 * Plays the steps one after the other and shows what went over the air.
 * @throws PhoneKeyError of the step that did not happen, with the step's name in the message
 */
export const demo = async (
  context: Context<'radio'>,
  open: (...args: Parameters<typeof openWorld>) => Promise<World> = openWorld,
): Promise<void> => {
  const { output, signal, log } = context;
  const begun = performance.now();
  const keyLog = sessionKeyLog(context);
  const world = await open(log, signal, (transport) => captured(transport, context), keyLog);
  try {
    const stage: Stage = { world };
    for (const [index, step] of STEPS.entries()) await play(step, index + 1, stage, context);
  } finally {
    await world.close();
  }
  const ms = since(begun);
  output.result({ ok: true, steps: STEPS.length, ms }, [
    output.paint('green', `Done in ${String(Math.round(ms))} ms. No cloud was needed.`),
    `Try it yourself: ${ownName()} car start`,
    `and in another terminal: ${ownName()} car tap console --pair (${ownName()} lists what comes next)`,
  ]);
};

const play = async (
  step: DemoStep,
  number: number,
  stage: Stage,
  { output, signal }: Context,
): Promise<void> => {
  if (signal.aborted) throw interrupted();
  if (!output.json) {
    output.result({}, [
      output.paint('bold', `${String(number)}. ${step.title}`),
      ...indent(step.explanation.split('\n')).map((line) => output.paint('dim', line)),
    ]);
  }
  const begun = performance.now();
  const seen = await step.run(stage).catch((error: unknown) => {
    throw failed(step, error, signal);
  });
  const ms = since(begun);
  const messages = stage.world.messages();
  output.result({ step: step.name, ok: true, ms, seen, messages }, [
    ...indent(messageLines(messages, output)),
    ...indent([`${output.paint('green', seen)} ${output.paint('dim', `(${ms.toFixed(1)} ms)`)}`]),
    '',
  ]);
};

const messageLines = (messages: readonly TraceEvent[], output: Output): string[] => {
  const rows = messages.map(({ direction, kind, fields, bytes }) => [
    direction === 'to-car' ? 'phone -> car' : 'phone <- car',
    kind,
    `${String(bytes)} B`,
    fields,
  ]);
  return table(rows).map((row) => output.paint('cyan', row));
};

const failed = (step: DemoStep, error: unknown, signal: AbortSignal): PhoneKeyError => {
  if (signal.aborted) return interrupted();
  const known = error instanceof PhoneKeyError ? error : undefined;
  const message = `step "${step.name}" failed: ${errorMessage(error)}`;
  return new PhoneKeyError(known?.code ?? 'internal', message, {
    cause: error,
    ...(known && { hint: known.hint }),
  });
};

const indent = (lines: readonly string[]): string[] => lines.map((line) => `   ${line}`);

/** Milliseconds, to a tenth. */
const since = (begun: number): number => Math.round((performance.now() - begun) * 10) / 10;
