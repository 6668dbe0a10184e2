import * as vscode from 'vscode';

/** A test that waits longer than this for anything has failed. How slow the machine is says test/vscode/pace.mjs. */
export const LIMIT_MILLISECONDS = 30_000 * Number(process.env['SFT_SLOWNESS'] ?? 1);

/** So many tests may run into the limit before the rest is not tried. */
const MOST_LATE = 3;

export interface TestResult {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** The stack of a failure, the reason of a skip. */
  readonly detail: string;
  readonly milliseconds: number;
}

class Skip extends Error {}

const tests: { readonly name: string; readonly body: () => void | Promise<void> }[] = [];

export function test(name: string, body: () => void | Promise<void>): void {
  tests.push({ name, body });
}

/** Leaves the running test, and says why. */
export function skip(reason: string): never {
  throw new Skip(reason);
}

/** Runs the tests one after the other, each with no editor open. */
export async function runAll(report: (results: readonly TestResult[]) => void): Promise<TestResult[]> {
  const results: TestResult[] = [];
  let late = 0;
  const only = process.env['SFT_TEST_ONLY'] ?? '';
  for (const { name, body } of tests.filter((one) => one.name.includes(only))) {
    const start = performance.now();
    const finish = (outcome: TestResult['outcome'], detail = ''): void => {
      results.push({ name, outcome, detail, milliseconds: Math.round(performance.now() - start) });
      report(results);
    };
    try {
      await limited(Promise.resolve(body()), name);
      finish('passed');
    } catch (error) {
      if (error instanceof Skip) finish('skipped', error.message);
      else finish('failed', error instanceof Error ? (error.stack ?? error.message) : String(error));
    } finally {
      await discardEditors();
    }
    // An extension that does not answer would cost the limit in every test that is left.
    if (performance.now() - start >= LIMIT_MILLISECONDS && ++late === MOST_LATE) break;
  }
  return results;
}

async function limited<T>(work: Promise<T>, name: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${name}: no end after ${2 * LIMIT_MILLISECONDS} ms`));
    }, 2 * LIMIT_MILLISECONDS);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Closes every editor without saving: the next test reads its file from disk again. */
async function discardEditors(): Promise<void> {
  for (let open = vscode.workspace.textDocuments.length; open >= 0 && vscode.window.activeTextEditor; open--) {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
}
