import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { PhoneKeyError } from '../../lib/errors.js';
import { parseJsonObject } from '../../lib/platform/json.js';
import type { Logger } from '../../lib/platform/logger.js';
import type { CarControl } from './car-control.js';
import { OPERATIONS } from './operations.js';
import type { Args } from './operations.js';

/** What a request may weigh, in bytes. */
export const MAX_REQUEST_BYTES = 4096;
const REQUEST_TIMEOUT_MS = 5_000;
const MAX_CONNECTIONS = 32;

export interface ControlDoor {
  /** Closes the door and whatever connection stands in it. */
  close(): Promise<void>;
}

/**
 * Opens the control door: HTTP with JSON over a Unix socket that only its owner can reach, never
 * over a network. The caller holds the car's lock, so a socket that is left there is a dead one.
 * @throws PhoneKeyError `sim.storage`
 */
export const openControlDoor = async (
  path: string,
  car: CarControl,
  log: Logger,
): Promise<ControlDoor> => {
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => {
      serve(request, response, car, log).catch((error: unknown) => {
        log.debug('a control request was broken off', { error: String(error) });
        response.destroy();
      });
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  try {
    await listen(server, path);
  } catch (cause) {
    throw new PhoneKeyError('sim.storage', `cannot open the control door ${path}`, { cause });
  }
  return {
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

const listen = async (server: Server, path: string): Promise<void> => {
  const isFile = process.platform !== 'win32';
  if (isFile) await rm(path, { force: true });
  server.listen(path);
  await once(server, 'listening');
  // The directory (0700) keeps others out in the meantime.
  if (isFile) await chmod(path, 0o600);
};

const serve = async (
  request: IncomingMessage,
  response: ServerResponse,
  car: CarControl,
  log: Logger,
): Promise<void> => {
  const name = `${request.method ?? ''} ${request.url ?? ''}`;
  try {
    const args = parseArgs(await readBody(request));
    const operation = OPERATIONS.get(name);
    if (operation === undefined) throw invalid('there is no such operation');
    respond(response, 200, (await operation(car, args)) ?? {});
  } catch (error) {
    const known =
      error instanceof PhoneKeyError
        ? error
        : new PhoneKeyError('internal', 'the car failed to do that', { cause: error });
    if (known.code === 'internal') log.warn('a control request failed', { error: String(error) });
    respond(response, STATUS[known.code] ?? 500, { error: known });
  }
};

const STATUS: Readonly<Record<string, number>> = { 'usage.invalid': 400, 'sim.refused': 409 };

/** Reads no further than the limit. */
const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_REQUEST_BYTES) {
      throw invalid(`a request has at most ${String(MAX_REQUEST_BYTES)} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const parseArgs = (body: Buffer): Args => {
  const args = body.length === 0 ? {} : parseJsonObject(body);
  if (args === undefined) throw invalid('a request is a JSON object');
  return args;
};

const respond = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify(value));
};

const invalid = (message: string): PhoneKeyError => new PhoneKeyError('usage.invalid', message);
