/**
 * The nonce of this page's own scripts: the only inline styles that its policy admits carry the same one. A
 * browser hides it from selectors and gives it to scripts.
 */
export function pageNonce(): string {
  return document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "";
}
