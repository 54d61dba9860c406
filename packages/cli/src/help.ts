import { type Command, UsageError } from "./command.ts";
import { nearest } from "./nearest.ts";

/** @param commands all of them, this one left out */
export function helpAbout(commands: readonly Command[]): Command {
  const help: Command = {
    name: "help",
    summary: "say what a command does",
    help: `hall help [command]

  Lists the commands, or says everything about one.`,

    async run(args, { out }) {
      const all = [...commands, help];
      const { name, rest } = named(args, all);
      if (rest.length > 0) throw new UsageError("Expected one command to be helped with.");
      const group = groupOf(name, all);
      if (name === "") out.block(overview(all));
      else out.block(group.length > 0 ? overview(group) : find(name, all).help);
      return 0;
    },
  };
  return help;
}

/** The command that a command line names, by one word or two, and the words that are left for it. */
export function named(
  args: readonly string[],
  commands: readonly Command[],
): { name: string; rest: string[] } {
  const [first = "", second, ...rest] = args;
  if (second === undefined || second.startsWith("-") || groupOf(first, commands).length === 0)
    return { name: first, rest: args.slice(1) };
  return { name: `${first} ${second}`, rest };
}

/** The commands of two words that begin with this one. */
export function groupOf(word: string, commands: readonly Command[]): Command[] {
  return commands.filter(({ name }) => name.startsWith(`${word} `));
}

/** @throws UsageError that names the command that was probably meant */
export function find(name: string, commands: readonly Command[]): Command {
  const found = commands.find((command) => command.name === name);
  if (found) return found;
  const meant = nearest(
    name,
    commands.map((command) => command.name),
  );
  throw new UsageError(
    `There is no command ${JSON.stringify(name.slice(0, 64).toWellFormed())}.` +
      (meant === null ? " `hall help` lists them." : ` Did you mean ${meant}?`),
  );
}

export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 3;
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`);
  return ["hall <command>", "", ...rows, "", "hall help <command> says more about one."].join("\n");
}
