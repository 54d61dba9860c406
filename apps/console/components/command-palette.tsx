"use client";

import { useRouter } from "next/navigation";
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { paths } from "../lib/paths.ts";
import { PLATFORM } from "../lib/platform.ts";
import { signOut } from "../lib/sign-in.ts";
import { toggleTheme } from "../lib/theme.ts";
import { Dialog } from "../ui/dialog.tsx";
import { useScope } from "./use-scope.ts";

interface Command {
  title: string;
  /** Other words somebody may look for it by. */
  also: string;
  run: () => void;
}

/** ⌘K or Ctrl K: every errand by its name. */
export function CommandPalette({ isOpen, setOpen }: { isOpen: boolean; setOpen: (isOpen: boolean) => void }) {
  useEffect(() => {
    function onKey(event: globalThis.KeyboardEvent): void {
      if (
        event.key.toLowerCase() !== "k" ||
        !(event.metaKey || event.ctrlKey) ||
        event.shiftKey ||
        event.altKey
      )
        return;
      event.preventDefault();
      setOpen(true);
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [setOpen]);
  return (
    <Dialog
      label="Commands"
      isOpen={isOpen}
      onClose={() => setOpen(false)}
      className="mx-auto mt-[12dvh] w-[calc(100%-32px)] max-w-[560px] rounded"
    >
      <Palette close={() => setOpen(false)} />
    </Dialog>
  );
}

function Palette({ close }: { close: () => void }) {
  const id = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const commands = useCommands(text);
  const chosen = commands[Math.min(at, commands.length - 1)];

  function run(command: Command | undefined): void {
    if (!command) return;
    close();
    command.run();
  }

  function onKey(event: KeyboardEvent): void {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      setAt((now) => (now + by + commands.length) % Math.max(1, commands.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(chosen);
    }
  }

  return (
    <>
      <input
        // biome-ignore lint/a11y/noAutofocus: the dialog was opened to type into it
        autoFocus
        role="combobox"
        aria-label="Command or decision id"
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={chosen ? `${id}-${commands.indexOf(chosen)}` : undefined}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKey}
        placeholder="Go to, filter, or paste a decision id"
        autoComplete="off"
        spellCheck={false}
        className="h-12 w-full border-b border-line bg-transparent px-4 text-16 outline-none placeholder:text-quiet"
      />
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label="Commands"
        className="max-h-[50dvh] overflow-y-auto p-1"
      >
        {commands.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the focus stays in the field, which has the keys
          <div
            key={command.title}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={command === chosen}
            onClick={() => run(command)}
            onMouseMove={() => setAt(index)}
            className="rounded px-3 py-2 text-14 aria-selected:bg-wash"
          >
            {command.title}
          </div>
        ))}
        {commands.length === 0 && <p className="px-3 py-2 text-quiet">No command has these words.</p>}
      </div>
    </>
  );
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function useCommands(text: string): Command[] {
  const router = useRouter();
  const { tenant, query, narrow } = useScope();
  const words = text.trim().toLowerCase().split(/\s+/);
  const id = text.trim().toLowerCase();
  if (UUID.test(id))
    return [
      { title: `Open decision ${id}`, also: "", run: () => router.push(paths.decision(tenant, id, query)) },
    ];
  const env = query.env ? { env: query.env } : {};
  const everywhere: Command[] = [
    { title: "Toggle light and dark", also: "theme", run: toggleTheme },
    { title: "Sign out", also: "leave end session", run: () => void signOut() },
  ];
  const ofPlatform: Command[] = [
    { title: "Go to tenants", also: "standing owner", run: () => router.push(paths.tenants()) },
    { title: "Go to operators", also: "people", run: () => router.push(paths.members(PLATFORM)) },
  ];
  const ofTenant: Command[] = [
    { title: "Go to decisions", also: "list work", run: () => router.push(paths.decisions(tenant, env)) },
    { title: "Go to alerts", also: "now flagged tampered", run: () => router.push(paths.alerts(tenant)) },
    {
      title: "Go to workers",
      also: "work attestation flag certificates",
      run: () => router.push(paths.workers(tenant)),
    },
    { title: "Go to rules in force", also: "govern bundle", run: () => router.push(paths.rules(tenant)) },
    { title: "Go to drafts", also: "govern rules edit", run: () => router.push(paths.drafts(tenant)) },
    {
      title: "Go to publications",
      also: "govern rules history roll back",
      run: () => router.push(paths.publications(tenant)),
    },
    { title: "Go to shadow runs", also: "govern rules try", run: () => router.push(paths.shadow(tenant)) },
    { title: "Go to policies", also: "govern gate cel", run: () => router.push(paths.policies(tenant)) },
    { title: "Go to profiles", also: "govern floors", run: () => router.push(paths.profiles(tenant)) },
    {
      title: "Go to log",
      also: "prove checkpoint witnesses verify",
      run: () => router.push(paths.log(tenant, env)),
    },
    { title: "Go to keys", also: "prove fingerprint runners", run: () => router.push(paths.keys(tenant)) },
    { title: "Show denied decisions", also: "filter outcome deny", run: () => narrow({ outcome: "DENY" }) },
    { title: "Show held decisions", also: "filter outcome hold", run: () => narrow({ outcome: "HOLD" }) },
    {
      title: "Show allowed decisions",
      also: "filter outcome allow",
      run: () => narrow({ outcome: "ALLOW" }),
    },
    {
      title: "Show all decisions",
      also: "filter clear every environment",
      run: () => narrow({ outcome: undefined, env: undefined, find: undefined }),
    },
    ...(["dev", "stage", "prod", "edge"] as const).map((name) => ({
      title: `Show environment ${name}`,
      also: "scope filter",
      run: () => narrow({ env: name }),
    })),
  ];
  const commands = [...(tenant === PLATFORM ? ofPlatform : ofTenant), ...everywhere];
  return commands.filter(({ title, also }) =>
    words.every((word) => `${title} ${also}`.toLowerCase().includes(word)),
  );
}
