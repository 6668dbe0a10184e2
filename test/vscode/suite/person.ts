import * as vscode from 'vscode';
import { windowDialogs, type Dialogs } from '../../../src/editor/dialogs';
import { extensionApi } from './dataset-editor';

/** What a person answers: the label or action to choose, asked in this order, nothing where it is empty; and everything that was shown. */
export class Person {
  readonly shown: string[] = [];

  constructor(private readonly answers: string[]) {}

  get dialogs(): Dialogs {
    const say = async (message: string, ...actions: string[]): Promise<string | undefined> => {
      this.shown.push(message);
      return await Promise.resolve(actions.length === 0 ? undefined : this.choose(actions));
    };
    return {
      // What no test has asked a person yet.
      ...windowDialogs,
      pick: async (items, placeHolder) => {
        this.shown.push(placeHolder);
        const label = this.choose(items.map((item) => item.label));
        return await Promise.resolve(items.find((item) => item.label === label));
      },
      pickSeveral: async (items, placeHolder) => {
        this.shown.push(placeHolder);
        const labels = this.answers.shift()?.split(', ') ?? [];
        return await Promise.resolve(items.filter((item) => labels.includes(item.label)));
      },
      file: async () => await Promise.resolve(vscode.Uri.file(this.answers.shift()!)),
      confirm: async (message, detail, ...actions) => await say(`${message}\n${detail}`, ...actions),
      text: async () => await Promise.resolve(this.answers.shift()),
      save: async () => await Promise.resolve(vscode.Uri.file(this.answers.shift()!)),
      folder: async () => await Promise.resolve(vscode.Uri.file(this.answers.shift()!)),
      info: say,
      warn: say,
      error: say,
    };
  }

  private choose(choices: readonly string[]): string | undefined {
    const answer = this.answers.shift();
    if (answer === '') return undefined;
    const chosen = choices.find((choice) => choice === answer);
    if (chosen === undefined) throw new Error(`asked to choose from ${choices.join(', ')}, meant ${String(answer)}`);
    return chosen;
  }
}

/** Runs `work` with a person in the place of the dialogs. @returns what was shown */
export async function withPerson(answers: string[], work: () => Promise<unknown>): Promise<readonly string[]> {
  const api = await extensionApi();
  const person = new Person(answers);
  api.answerDialogs(person.dialogs);
  try {
    await work();
  } finally {
    api.answerDialogs(windowDialogs);
  }
  return person.shown;
}
