import * as vscode from 'vscode';
import type { Finding, Severity } from '../../dataset/finding';
import type { Analysed } from './dataset-documents';
import { rulePage, type Services } from '../services';
import { rangeOf } from './underline';

const SEVERITIES: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
};

/** Code of the entry that sums up the findings beyond those listed. */
export const MORE_FINDINGS = 'more-findings';

/** The findings of every dataset document, in Problems and under the text. */
export function registerDiagnostics(services: Services): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('sft');
  return vscode.Disposable.from(
    collection,
    services.documents.onDidAnalyse((analysed) => {
      collection.set(analysed.document.uri, diagnosticsOf(services, analysed));
    }),
    services.documents.onDidRemove((uri) => {
      collection.delete(uri);
    }),
  );
}

function diagnosticsOf(services: Services, { document, result }: Analysed): vscode.Diagnostic[] {
  const diagnostics = result.findings.map((finding) => diagnosticOf(services, document, finding));
  const more = result.findingCount - result.findings.length;
  if (more > 0) {
    const rules = Object.entries(result.findingsByRule)
      .sort(([, a], [, b]) => b - a)
      .slice(0, 5)
      .map(([rule, count]) => `${rule} ${count.toLocaleString('en-US')}`);
    const summary = new vscode.Diagnostic(
      new vscode.Range(0, 0, 0, 0),
      `${more.toLocaleString('en-US')} more findings are not listed (mostly ${rules.join(', ')}) - see "SFT: Show Dataset Report"`,
      vscode.DiagnosticSeverity.Warning,
    );
    summary.source = 'sft';
    summary.code = { value: MORE_FINDINGS, target: vscode.Uri.parse('command:sft.showDatasetReport') };
    diagnostics.push(summary);
  }
  return diagnostics;
}

function diagnosticOf(services: Services, document: vscode.TextDocument, finding: Finding): vscode.Diagnostic {
  const range = rangeOf(document, finding);
  const diagnostic = new vscode.Diagnostic(range, finding.message, SEVERITIES[finding.severity]);
  diagnostic.source = 'sft';
  diagnostic.code = { value: finding.rule, target: rulePage(services, finding.rule) };
  if (finding.related.length > 0) {
    diagnostic.relatedInformation = finding.related.map(({ file, line, column }) => {
      const uri = file === finding.file ? document.uri : vscode.Uri.file(file);
      const place = new vscode.Position(line - 1, column - 1);
      return new vscode.DiagnosticRelatedInformation(new vscode.Location(uri, place), 'related to this place');
    });
  }
  return diagnostic;
}
