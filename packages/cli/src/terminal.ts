import { sanitise } from "@guildhall/engine";

/** Text for people. What strangers wrote loses the characters that move a cursor or turn text around. */
export interface Terminal {
  /** One line: line ends are among the characters that go, so that no text can add a line of its own. */
  line(text?: string): void;
  /** Our own text, with its line ends. */
  block(text: string): void;
  /** One row: a mark, a name in a column, a sentence. */
  row(mark: Mark, name: string, sentence: string): void;
  /** Bold where there are colours. */
  title(text: string): void;
  /** Between two rows. */
  rail(isReached: boolean): void;
}

export type Mark = "passed" | "failed" | "held" | "skipped";

const MARKS = { passed: "●", failed: "✕", held: "‖", skipped: "○" } as const satisfies Record<Mark, string>;

const COLOURS = { passed: 32, failed: 31, held: 33, skipped: 2 } as const satisfies Record<Mark, number>;
const BOLD = 1;
const NAME_WIDTH = 14;

export function terminal(write: (text: string) => void, isColoured: boolean): Terminal {
  const paint = (text: string, code: number) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    line: (text = "") => write(`${sanitise(text)}\n`),
    block: (text) =>
      write(
        text
          .split("\n")
          .map((line) => `${sanitise(line)}\n`)
          .join(""),
      ),
    row(mark, name, sentence) {
      const column = `${sanitise(name).padEnd(NAME_WIDTH - 1)} `;
      const isQuiet = mark === "skipped";
      const words = sanitise(sentence);
      write(
        `${paint(MARKS[mark], COLOURS[mark])} ${column}${isQuiet ? paint(words, COLOURS.skipped) : words}\n`,
      );
    },
    title: (text) => write(`${paint(sanitise(text), BOLD)}\n`),
    rail: (isReached) => write(`${paint(isReached ? "│" : "┊", COLOURS.skipped)}\n`),
  };
}
