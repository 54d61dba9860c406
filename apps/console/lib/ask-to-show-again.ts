/**
 * Where a refused act meets whoever sits in front of the page. The page's one dialog answers; acts that are refused at
 * the same time wait for the same answer.
 */

/** Calls back once: true where a factor was shown. */
export type Asker = (answer: (isShown: boolean) => void) => void;

let asker: Asker | null = null;
let asked: Promise<boolean> | null = null;

/** @returns true where they have shown a factor; false where they left, or where no page is there to ask */
export function askToShowAgain(): Promise<boolean> {
  if (asked === null) {
    if (asker === null) return Promise.resolve(false);
    asked = new Promise<boolean>(asker).finally(() => {
      asked = null;
    });
  }
  return asked;
}

/** @returns how to take it off again */
export function answerBy(dialog: Asker): () => void {
  asker = dialog;
  return () => {
    if (asker === dialog) asker = null;
  };
}
