import { silentLogger } from '../../lib/platform/logger.js';
import type { LogFields, Logger } from '../../lib/platform/logger.js';
import type { Output } from './output.js';

/** The library's log on stderr: warnings, and with `--verbose` all of it. */
export const stderrLogger = (output: Output, verbose: boolean): Logger => {
  const write =
    (level: string) =>
    (message: string, fields: LogFields = {}): void => {
      const rest = Object.entries(fields)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => ` ${name}=${String(value)}`);
      output.talk(`${output.paintTalk('dim', `${level}: ${message}${rest.join('')}`)}\n`);
    };
  const warn = write('warn');
  return verbose ? { debug: write('debug'), info: write('info'), warn } : { ...silentLogger, warn };
};
