import { createTransport } from "nodemailer";
import type { Settings } from "../env.ts";

/**
 * How a one-time link reaches a person: by mail, or, where no mail server is set, printed for the operator of the Hall,
 * who hands it on. It is never in the Hall's log, which is kept.
 */
export interface LinkDelivery {
  deliver(letter: Letter): void;
  /** Does work behind the answer, so that its time tells nobody whether there was anything to do (H-112). */
  behind(work: () => Promise<void>): void;
  /** Waits for what is on its way. */
  close(): Promise<void>;
}

export interface Letter {
  to: string;
  subject: string;
  /** One sentence on what the link is for. */
  reason: string;
  url: string;
  expiresAt: Date;
}

type Mail = Pick<Settings, "smtpUrl" | "mailFrom">;

const TIMEOUT_MS = 10_000;

/** @param onFailure told why a mail could not be handed over, without the link */
export function createLinkDelivery(
  { smtpUrl, mailFrom }: Mail,
  print: (text: string) => void,
  onFailure: (error: unknown) => void,
): LinkDelivery {
  const timeouts = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS };
  // The operator's own server, by the operator's setting: nothing that a tenant says leads here (ADR 51).
  const mail = smtpUrl === null ? null : createTransport(smtpUrl, { from: mailFrom, ...timeouts });
  const sending = new Set<Promise<unknown>>();
  function follow(work: Promise<unknown>): void {
    const done = work.catch(onFailure);
    sending.add(done);
    void done.finally(() => sending.delete(done));
  }
  return {
    deliver({ to, subject, reason, url, expiresAt }) {
      const until = `${expiresAt.toISOString().slice(0, 16).replace("T", " ")} UTC`;
      const text = `${reason}\n\n${url}\n\nIt works once, until ${until}. If you did not expect it, do nothing.\n`;
      if (mail === null) return print(`\n  For ${to}: ${subject}\n  ${url}\n  (once, until ${until})\n`);
      follow(mail.sendMail({ to, subject, text }));
    },
    behind: (work) => follow(work()),
    async close() {
      // What is done behind an answer may end in a letter.
      while (sending.size > 0) await Promise.all(sending);
      mail?.close();
    },
  };
}
