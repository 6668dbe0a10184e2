import * as vscode from 'vscode';
import { COMMANDS, type SomeHandlers } from '../manifest/command-ids';
import type { Services } from '../services';

/**
 * `SFT: Show Glossary`: docs/glossary.md as a page, at the anchor that is given (`lora-rank`). Hovers and the walkthrough lead here.
 */
export function glossaryCommands({ context }: Services) {
  const showGlossary = async (anchor?: unknown): Promise<void> => {
    const fragment = typeof anchor === 'string' ? anchor : '';
    const page = vscode.Uri.joinPath(context.extensionUri, 'docs', 'glossary.md');
    await vscode.commands.executeCommand('markdown.showPreview', page.with({ fragment }));
  };
  return { [COMMANDS.showGlossary]: showGlossary } satisfies SomeHandlers;
}
