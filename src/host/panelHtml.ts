/** The panel's page: nothing but the built script may run in it, and nothing can be loaded from elsewhere. */

export interface PanelPage {
  readonly nonce: string;
  /** What the webview's own files are loaded from. */
  readonly cspSource: string;
  readonly script: string;
  /** The style sheet beside the script, if the build made one. */
  readonly style: string | undefined;
}

export function panelHtml({ nonce, cspSource, script, style }: PanelPage): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `img-src ${cspSource}`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MoE Lens</title>${style === undefined ? '' : `\n<link rel="stylesheet" nonce="${nonce}" href="${style}">`}
</head>
<body>
<main id="app"></main>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
