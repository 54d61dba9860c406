#!/usr/bin/env node
import { askPerson } from "./ask-person.ts";
import { attestSecret, hallKey, operatorTokenFile, wantsNoColour } from "./env.ts";
import { run } from "./run.ts";
import { terminal } from "./terminal.ts";

const { stdin, stdout, stderr } = process;

// `hall explain … | head` closes the pipe early; that is no failure of ours.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

const open = (stream: NodeJS.WriteStream) =>
  terminal((text) => stream.write(text), stream.isTTY === true && !wantsNoColour());
const isAttended = stdin.isTTY === true && stderr.isTTY === true;

process.exitCode = await run(process.argv.slice(2), {
  stdin,
  out: open(stdout),
  err: open(stderr),
  hallKey: hallKey(),
  operatorTokenFile: operatorTokenFile(),
  attestSecret: attestSecret(),
  readPin: async (uri) =>
    (await import("@guildhall/attestation")).readPin(uri, { input: stdin, output: stderr }),
  // On stderr: the answer of the command may be on its way into a file.
  confirm: isAttended ? (question) => askPerson(question, stdin, stderr) : null,
});
