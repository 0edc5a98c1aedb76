import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/**
 * The HTML of a page of ours: nothing is loaded but the named script and styles of `root`, by a nonce policy. `root` is dist/webview; it must be the webview's
 * only local resource root.
 */
export function pageHtml(webview: vscode.Webview, root: vscode.Uri, script: string, styles: readonly string[]): string {
  const nonce = randomBytes(16).toString('base64url');
  const uri = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
  const policy = [
    "default-src 'none'", `script-src 'nonce-${nonce}'`, `style-src ${webview.cspSource} 'nonce-${nonce}'`, `font-src ${webview.cspSource}`, `img-src ${webview.cspSource} data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
${styles.map((name) => `<link rel="stylesheet" href="${uri(name)}">`).join('\n')}
<title>Heatline</title>
</head>
<body>
<div id="root"></div>
<script nonce="${nonce}" src="${uri(script)}"></script>
</body>
</html>`;
}
