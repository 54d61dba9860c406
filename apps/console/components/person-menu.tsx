"use client";

import { DropdownMenu } from "radix-ui";
import { useState } from "react";
import type { Me } from "../lib/hall-types.ts";
import { signOut } from "../lib/sign-in.ts";
import { currentTheme, setTheme, THEMES, type Theme } from "../lib/theme.ts";

const ITEM =
  "flex cursor-default items-center gap-2 rounded px-2 py-1.5 text-13 outline-none select-none data-highlighted:bg-wash";

/** Who is signed in, how the console looks to them, and the way out. */
export function PersonMenu({ member, tenant }: { member: Me["member"]; tenant: Me["tenant"] }) {
  const [theme, setShown] = useState<Theme>("system");
  return (
    <DropdownMenu.Root modal={false} onOpenChange={(isOpen) => isOpen && setShown(currentTheme())}>
      <DropdownMenu.Trigger
        aria-label={`${member.display_name}, ${member.role}`}
        className="flex h-8 items-center gap-2 rounded px-1.5 text-13 hover:bg-wash data-[state=open]:bg-wash"
      >
        <span
          aria-hidden
          className="grid size-6 place-items-center rounded-full border border-edge text-12 font-medium"
        >
          {initials(member.display_name)}
        </span>
        <span className="hidden max-w-40 truncate wide:inline">{member.display_name}</span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={6}
          className="z-4 w-60 rounded border border-line bg-sheet p-1 text-ink shadow-float"
        >
          <DropdownMenu.Label className="px-2 py-1.5 text-13">
            <span className="block font-medium">{member.display_name}</span>
            <span className="block text-quiet">
              {member.role} of {tenant.name}
            </span>
          </DropdownMenu.Label>
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <DropdownMenu.RadioGroup
            aria-label="Theme"
            value={theme}
            onValueChange={(value) => {
              setTheme(value as Theme);
              setShown(value as Theme);
            }}
          >
            {THEMES.map((name) => (
              <DropdownMenu.RadioItem
                key={name}
                value={name}
                className={ITEM}
                onSelect={(event) => event.preventDefault()}
              >
                <span className="grid w-3 place-items-center">
                  <DropdownMenu.ItemIndicator>
                    <span className="block size-1.5 rounded-full bg-ink" />
                  </DropdownMenu.ItemIndicator>
                </span>
                {THEME_WORDS[name]}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <DropdownMenu.Item className={ITEM} onSelect={() => void signOut()}>
            <span className="w-3" />
            Sign out
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const THEME_WORDS: Record<Theme, string> = {
  system: "Light or dark as the system",
  light: "Light",
  dark: "Dark",
};

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : ""]
    .map((word) => word?.charAt(0).toUpperCase())
    .join("");
}
