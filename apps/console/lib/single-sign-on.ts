import { paths } from "./paths.ts";
import type { SignInWords } from "./sign-in.ts";

/** What the browser asks of the console's door of single sign-on. */

type Words = Omit<SignInWords, "canRetry">;

/** @returns the provider's address, where the browser goes next, or why not */
export function goToProvider(
  asked: { act: "sign-in"; email: string } | { act: "link" },
): Promise<{ ok: true; url: string } | { ok: false; code: string; words: Words }> {
  return ask<{ url: string }>(asked);
}

export function completeLink(tenant: string, answer: string) {
  return ask<{ state: string }>({ act: "complete-link", tenant, answer });
}

async function ask<Body extends object>(
  asked: object,
): Promise<({ ok: true } & Body) | { ok: false; code: string; words: Words }> {
  const answer = await fetch(paths.ssoDoor(), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(asked),
  }).catch(() => null);
  if (answer === null)
    return {
      ok: false,
      code: "CONSOLE_UNREACHABLE",
      words: {
        sentence: "The console does not answer.",
        remedy: "Check that it runs, then press the button again.",
      },
    };
  const body = (await answer.json()) as Body & {
    code: string;
    sentence: string;
    remedy: string;
    reason: string;
  };
  if (answer.ok) return { ok: true, ...body };
  const { code, sentence, remedy, reason } = body;
  return { ok: false, code, words: { sentence, remedy: reason === "" ? remedy : `${reason}. ${remedy}` } };
}
