import * as vscode from 'vscode';
import type { Finding } from '../../dataset/finding';

/** A character that is no blank, with what belongs to the same word or text. */
const TOKEN = /[^\s{}[\],:]+|\S/;

/** What is underlined for a place: where something is missing, the token before it, since VS Code draws nothing under an empty range. */
export function underlined(document: vscode.TextDocument, place: vscode.Range): vscode.Range {
  if (!place.isEmpty || place.start.character === 0) return place;
  const before = place.start.translate(0, -1);
  const token = document.getWordRangeAtPosition(before, TOKEN);
  return token === undefined ? place : new vscode.Range(token.start, place.end);
}

/** What is underlined for a finding. */
export function rangeOf(
  document: vscode.TextDocument,
  { offset, endOffset }: Pick<Finding, 'offset' | 'endOffset'>,
): vscode.Range {
  return underlined(document, new vscode.Range(document.positionAt(offset), document.positionAt(endOffset)));
}
