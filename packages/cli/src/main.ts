#!/usr/bin/env node
import { wantsNoColour } from "./env.ts";
import { run } from "./run.ts";
import { terminal } from "./terminal.ts";

const { stdin, stdout, stderr } = process;

// `hall explain … | head` closes the pipe early; that is no failure of ours.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

const open = (stream: NodeJS.WriteStream) =>
  terminal((text) => stream.write(text), stream.isTTY === true && !wantsNoColour());

process.exitCode = await run(process.argv.slice(2), { stdin, out: open(stdout), err: open(stderr) });
