/** What is said between the scenario and its child processes, over Node's IPC. */

export interface CarAt {
  /** What the cloud knows it by. */
  readonly id: string;
  readonly secret: string;
  /** Its keys follow from it. */
  readonly seed: string;
}

export type ToFleet =
  | {
      readonly type: 'start';
      readonly brokerUrl: string;
      readonly cars: readonly CarAt[];
      readonly forgets: boolean;
    }
  | { readonly type: 'tell' };

export type FromFleet =
  | { readonly type: 'connected'; readonly car: string; readonly connected: boolean }
  | { readonly type: 'told'; readonly cars: readonly ToldCar[] };

export interface ToldCar {
  readonly id: string;
  readonly done: readonly (readonly [string, number])[];
  readonly objects: readonly string[];
}

export interface ToService {
  readonly type: 'start';
  readonly home: string;
  readonly port: number;
  readonly brokerPort: number;
  readonly databaseUrl: string | undefined;
  readonly brokerUrl: string | undefined;
}

export type FromService =
  | { readonly type: 'ready'; readonly url: string; readonly carUrl: string }
  | { readonly type: 'failed'; readonly why: string };
