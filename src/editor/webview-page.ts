export interface WebviewPage {
  readonly title: string;
  /** Addresses of the script and the style sheet. */
  readonly script: string;
  readonly style: string;
  /** The source of style sheets that the policy allows. */
  readonly styleSource: string;
  /** One of its own for every page. */
  readonly nonce: string;
}

/** The document of a webview. Its policy allows one script, one style sheet, and nothing else: no inline code, no images, no network. */
export function webviewPage({ title, script, style, styleSource, nonce }: WebviewPage): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${styleSource}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${style}">
<title>${title}</title>
</head>
<body>
<main id="root" aria-busy="true"></main>
<script type="module" nonce="${nonce}" src="${script}"></script>
</body>
</html>
`;
}
