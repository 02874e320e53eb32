/**
 * Hands the page's nonce to FAST, which looks for it in a meta element while its module loads (it tries out
 * `:focus-visible` in a style element, which the CSP would refuse). Imported before the toolkit for that reason.
 */
const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce;

const meta = document.createElement('meta');
if (nonce) {
  meta.setAttribute('property', 'csp-nonce');
  meta.content = nonce;
  document.head.append(meta);
}

/** Once the toolkit is registered nobody else needs to read it. */
export function forgetNonce(): void {
  meta.remove();
}
