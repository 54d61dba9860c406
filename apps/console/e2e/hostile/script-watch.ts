import type { BrowserContext, Page } from "playwright-core";

/** What must not happen in a browser that shows a stranger's text; empty where nothing did. */
export type Seen = string[];

declare global {
  function ran(number: number): void;
  function refused(what: string): void;
}

/** @param own the origins that its pages may ask @returns what is seen from now on, in every page and frame */
export async function watchScripts(context: BrowserContext, own: readonly string[]): Promise<Seen> {
  const seen: Seen = [];
  await context.exposeBinding("ran", (_, number: number) => void seen.push(`ran ${number}`));
  await context.exposeBinding("refused", (_, what: string) => void seen.push(what));
  // What the policy stopped was markup already.
  await context.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
      refused(`stopped ${violatedDirective} ${blockedURI} ${sample}`),
    ),
  );
  context.on("weberror", (error) => seen.push(`error ${error.error().message}`));
  context.on("dialog", (dialog) => {
    seen.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on("request", (request) => {
    const { origin, protocol, href } = new URL(request.url());
    if (protocol !== "data:" && !own.includes(origin)) seen.push(`asked ${href.slice(0, 80)}`);
  });
  return seen;
}

/** Elements that the console never draws, attributes that hold script, and addresses that are one. */
export function markupOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const strange =
      "[data-xss], iframe, object, embed, base, math, audio, video, noscript p, meta[http-equiv], svg script, svg a";
    const found = [...document.querySelectorAll(strange)];
    const isScript = ({ name, value }: Attr) =>
      /^on/i.test(name) ||
      (/^(?:href|src|action|formaction|xlink:href|data|srcdoc)$/i.test(name) &&
        /^\s*(?:javascript:|vbscript:|data:(?!image\/)|(?:https?:)?\/\/e\.test)/i.test(value));
    for (const element of document.querySelectorAll("*"))
      if ([...element.attributes].some(isScript)) found.push(element);
    return [...new Set(found)].map((element) => element.outerHTML.slice(0, 120));
  });
}
