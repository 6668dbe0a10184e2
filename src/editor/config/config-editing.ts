import path from 'node:path';
import * as vscode from 'vscode';
import { checkConfigText } from '../../config/advise';
import { checkConfigPaths } from '../../config/check-paths';
import type { ConfigFinding } from '../../config/config-finding';
import type { ConfigFacts } from '../../config/facts';
import { configHover } from '../../config/hover';
import { GLOSSARY_COMMAND } from '../../config/names';
import { valueChoices } from '../../config/value-choices';
import { valueText } from '../../config/key-edits';
import { CONFIG_GLOB, hasConfigName } from './config-name';
import { pathChoices } from './path-choices';
import { knownDevices } from './known-devices';
import { FactReader } from './read-facts';

const SELECTOR: vscode.DocumentSelector = [{ pattern: CONFIG_GLOB }];
const PAUSE_MS = 150;

interface Checked {
  readonly version: number;
  readonly findings: readonly ConfigFinding[];
}

/** Everything the editor does for sft.config.json: findings with fixes, hovers, and values to choose from. */
export class ConfigEditing
  implements vscode.HoverProvider, vscode.CodeActionProvider, vscode.CompletionItemProvider, vscode.Disposable
{
  private readonly collection = vscode.languages.createDiagnosticCollection('sft-config');
  private readonly reader: FactReader;
  private readonly facts = new Map<string, ConfigFacts>();
  private readonly checked = new Map<string, Checked>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly listeners: readonly { dispose(): unknown }[];

  constructor(context: vscode.ExtensionContext) {
    this.reader = new FactReader(() => knownDevices(context));
    this.listeners = [
      this.collection,
      vscode.languages.registerHoverProvider(SELECTOR, this),
      vscode.languages.registerCodeActionsProvider(SELECTOR, this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
      vscode.languages.registerCompletionItemProvider(SELECTOR, this, '"', ' ', ':', '/'),
      vscode.workspace.onDidOpenTextDocument((document) => {
        this.checkSoon(document, 0);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        this.checkSoon(document, PAUSE_MS);
      }),
      // The data or the model may have come or changed since.
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (editor !== undefined) this.checkSoon(editor.document, 0);
      }),
      vscode.workspace.onDidSaveTextDocument(() => {
        for (const document of vscode.workspace.textDocuments) this.checkSoon(document, 0);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.forget(document);
      }),
    ];
    for (const document of vscode.workspace.textDocuments) this.checkSoon(document, 0);
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const listener of this.listeners) listener.dispose();
  }

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const text = document.getText();
    const facts = await this.reader.read(text, document.uri.fsPath);
    // The JSON support shows the teaching text out of the schema; where it is off, it is shown from here.
    const teach = !hasJsonSupport(document);
    const markdown = configHover(text, document.offsetAt(position), document.uri.fsPath, facts, teach);
    if (markdown === undefined) return undefined;
    const content = new vscode.MarkdownString(markdown);
    content.isTrusted = { enabledCommands: [GLOSSARY_COMMAND] };
    return new vscode.Hover(content);
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const known = this.checked.get(document.uri.toString());
    const findings =
      known?.version === document.version ? known.findings : checkConfigText(document.getText(), document.uri.fsPath);
    return findings
      .filter((finding) => range.intersection(rangeOf(document, finding)) !== undefined)
      .flatMap((finding) =>
        finding.fixes.map((fix, index) => {
          const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
          action.edit = new vscode.WorkspaceEdit();
          for (const edit of fix.edits) {
            action.edit.replace(document.uri, rangeBetween(document, edit.start, edit.end), edit.text);
          }
          action.diagnostics = [diagnosticOf(document, finding)];
          action.isPreferred = index === 0 && finding.fixes.length === 1;
          return action;
        }),
      );
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.CompletionItem[]> {
    const choices = valueChoices(document.getText(), document.offsetAt(position));
    if (choices === undefined) return [];
    const folder = path.dirname(document.uri.fsPath);
    const root = vscode.workspace.getWorkspaceFolder(document.uri)?.uri.fsPath ?? folder;
    const values = choices.paths === undefined ? choices.values : await pathChoices(choices.paths, root, folder);
    if (token.isCancellationRequested) return [];
    return values.map((value, index) => {
      const text = valueText(value);
      const kind = choices.paths === undefined ? vscode.CompletionItemKind.Value : PATH_KINDS[choices.paths];
      const item = new vscode.CompletionItem(text, kind);
      item.range = rangeBetween(document, choices.start, choices.end);
      item.filterText = text;
      item.sortText = `0${String(index).padStart(3, '0')}`;
      return item;
    });
  }

  private checkSoon(document: vscode.TextDocument, pause: number): void {
    if (!hasConfigName(document.uri)) return;
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    const timer = setTimeout(() => {
      this.timers.delete(key);
      void this.check(document);
    }, pause);
    this.timers.set(key, timer);
  }

  /** What the text alone shows at once, then what the files it names add. */
  private async check(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const key = document.uri.toString();
    const text = document.getText();
    const file = document.uri.fsPath;
    this.publish(document, checkConfigText(text, file, this.facts.get(key)));
    const [facts, missing] = await Promise.all([this.reader.read(text, file), checkConfigPaths(text, file)]);
    if (document.isClosed || document.version !== version) return;
    this.facts.set(key, facts);
    this.publish(document, [...checkConfigText(text, file, facts), ...missing]);
  }

  private publish(document: vscode.TextDocument, findings: readonly ConfigFinding[]): void {
    this.checked.set(document.uri.toString(), { version: document.version, findings });
    // Of plain JSON the editor itself says that it is broken.
    const shown = findings.filter((finding) => finding.code !== 'config-syntax' || document.languageId !== 'json');
    this.collection.set(
      document.uri,
      shown.map((finding) => diagnosticOf(document, finding)),
    );
  }

  private forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    for (const map of [this.timers, this.facts, this.checked]) map.delete(key);
    this.collection.delete(document.uri);
  }
}

const PATH_KINDS = {
  model: vscode.CompletionItemKind.Folder,
  adapter: vscode.CompletionItemKind.Folder,
  dataset: vscode.CompletionItemKind.File,
} as const;

const SEVERITIES = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
} as const;

function diagnosticOf(document: vscode.TextDocument, finding: ConfigFinding): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(rangeOf(document, finding), finding.message, SEVERITIES[finding.severity]);
  diagnostic.source = 'sft';
  diagnostic.code = finding.code;
  return diagnostic;
}

function rangeOf(document: vscode.TextDocument, finding: ConfigFinding): vscode.Range {
  return rangeBetween(document, finding.offset, finding.endOffset);
}

function rangeBetween(document: vscode.TextDocument, start: number, end: number): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

function hasJsonSupport(document: vscode.TextDocument): boolean {
  const isJson = document.languageId === 'json' || document.languageId === 'jsonc';
  return isJson && vscode.extensions.getExtension('vscode.json-language-features') !== undefined;
}
