import { type Command, UsageError } from "./command.ts";
import { nearest } from "./nearest.ts";

/** @param commands all of them, this one left out */
export function helpAbout(commands: readonly Command[]): Command {
  const help: Command = {
    name: "help",
    summary: "say what a command does",
    help: `hall help [command]

  Lists the commands, or says everything about one.`,

    async run([topic, ...more], { out }) {
      if (more.length > 0) throw new UsageError("Expected one command to be helped with.");
      out.block(topic === undefined ? overview([...commands, help]) : find(topic, [...commands, help]).help);
      return 0;
    },
  };
  return help;
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
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`);
  return ["hall <command>", "", ...rows, "", "hall help <command> says more about one."].join("\n");
}
