import * as vscode from 'vscode';
import { COMMANDS, type SomeHandlers } from '../manifest/command-ids';
import type { Services } from '../services';

/** The texts that explain, each opened as a page of its own. */
export function pageCommands({ context }: Services) {
  const open = async (page: string, fragment = ''): Promise<void> => {
    const uri = vscode.Uri.joinPath(context.extensionUri, 'docs', page);
    await vscode.commands.executeCommand('markdown.showPreview', uri.with({ fragment }));
  };
  return {
    /** At the anchor that is given (`lora-rank`). Hovers and the walkthrough lead here. */
    [COMMANDS.showGlossary]: (anchor?: unknown) => open('glossary.md', typeof anchor === 'string' ? anchor : ''),
    /** The page of a step of the walkthrough: VS Code shows it beside the steps only where the editor is about 950 px wide. */
    [COMMANDS.learnPage]: (step: string) => open(`learn/${step}.md`),
  } satisfies SomeHandlers;
}
