import type { CommandReport } from '../../lib/cloud/car-channel.js';
import type { Random } from '../../lib/platform/random.js';
import type { Report } from './broker.js';

const MOST = 64;

/** A car's reports that the cloud has not kept yet, oldest first. */
export interface ReportQueue {
  /** Numbers it; of more than 64 that wait the oldest is dropped. */
  add(report: CommandReport): Report;
  /** The cloud has it. */
  kept(report: string): void;
  waiting(): Iterable<Report>;
}

/** Numbers are a prefix of this run of the car and a counter, so that no other run uses them again. */
export const reportQueue = (random: Random): ReportQueue => {
  const prefix = Buffer.from(random(8)).toString('hex');
  const queue = new Map<string, Report>();
  let count = 0;
  return {
    add(report) {
      count += 1;
      const numbered = { ...report, report: `${prefix}-${count}` };
      queue.set(numbered.report, numbered);
      const [oldest] = queue.keys();
      if (queue.size > MOST && oldest !== undefined) queue.delete(oldest);
      return numbered;
    },
    kept: (report) => void queue.delete(report),
    waiting: () => queue.values(),
  };
};
