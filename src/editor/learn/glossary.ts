import * as vscode from 'vscode';
import type { Services } from '../services';

/**
 * `SFT: Show Glossary`: docs/glossary.md as a page, at the anchor that is given (`lora-rank`). Hovers and the walkthrough lead here.
 */
export function registerGlossary({ context }: Services): vscode.Disposable {
  return vscode.commands.registerCommand('sft.showGlossary', async (anchor?: unknown) => {
    const fragment = typeof anchor === 'string' ? anchor : '';
    const page = vscode.Uri.joinPath(context.extensionUri, 'docs', 'glossary.md');
    await vscode.commands.executeCommand('markdown.showPreview', page.with({ fragment }));
  });
}
