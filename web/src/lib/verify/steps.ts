// A check is a course of steps, each told as it is done: what was looked at, and whether it holds. Nothing is good before its step was run.
import { ApiError } from '../api';
import { Undecided, VerifyError } from './bytes';

export type Values = Record<string, string | number>;
// good: it holds. bad: it does not. unknown: it could not be checked. note: nothing to check, but to know.
export type State = 'good' | 'bad' | 'unknown' | 'note';
export interface Step {
  // A key of verify.step in the messages.
  what: string;
  state: State;
  values: Values;
  // Why not: a key of verify.error.
  error?: { code: string; values: Values };
  // Digests and the like, to compare by eye.
  detail?: string;
}
export type Verdict = 'good' | 'bad' | 'incomplete';

// Ends a course: the step before it says why.
export class Stop extends Error {}

export interface Done<T> {
  result: T;
  values?: Values;
  detail?: string;
}

export function reasonOf(error: unknown): { state: 'bad' | 'unknown'; code: string; values: Values } {
  if (error instanceof VerifyError) return { state: error instanceof Undecided ? 'unknown' : 'bad', code: error.code, values: error.values };
  if (error instanceof ApiError) {
    // What a checkpoint covers must be there; a server that is away or busy says nothing about the ledger.
    const away = error.status === 0 || error.status === 429 || error.status >= 500;
    return { state: away ? 'unknown' : 'bad', code: away ? 'away' : 'missing', values: { path: error.path, status: error.status } };
  }
  return { state: 'unknown', code: 'failure', values: { text: String((error as Error)?.message ?? error).slice(0, 200) } };
}

export class Course {
  readonly steps: Step[] = [];
  constructor(readonly onStep?: (step: Step, all: Step[]) => void) {}

  add(step: Step): void {
    this.steps.push(step);
    this.onStep?.(step, this.steps);
  }
  note(what: string, values: Values = {}): void {
    this.add({ what, state: 'note', values });
  }
  // Runs one step. `go on`: a failure is told and the course continues, with nothing as the result.
  async step<T>(what: string, work: () => Promise<Done<T>>, known: Values = {}): Promise<T> {
    const result = await this.attempt(what, work, known);
    if (result === undefined) throw new Stop();
    return result.result;
  }
  async attempt<T>(what: string, work: () => Promise<Done<T>>, known: Values = {}): Promise<Done<T> | undefined> {
    try {
      const done = await work();
      this.add({ what, state: 'good', values: { ...known, ...done.values }, ...(done.detail ? { detail: done.detail } : {}) });
      return done;
    } catch (error) {
      const { state, code, values } = reasonOf(error);
      this.add({ what, state, values: known, error: { code, values } });
      return undefined;
    }
  }
  verdict(): Verdict {
    if (this.steps.some((s) => s.state === 'bad')) return 'bad';
    return this.steps.length === 0 || this.steps.some((s) => s.state === 'unknown') || !this.steps.some((s) => s.state === 'good') ? 'incomplete' : 'good';
  }
  // The course's work, ended by the first step that stops it.
  async run(work: () => Promise<void>): Promise<Verdict> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Stop)) {
        const { state, code, values } = reasonOf(error);
        this.add({ what: 'unexpected', state, values: {}, error: { code, values } });
      }
    }
    return this.verdict();
  }
}
