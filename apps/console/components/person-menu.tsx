"use client";

import { DropdownMenu } from "radix-ui";
import { useState } from "react";
import { signOut } from "../lib/sign-in.ts";
import { currentTheme, setTheme, THEMES, type Theme } from "../lib/theme.ts";
import { PERSON_BUTTON, PersonFace, type PersonProps, personLabel } from "./person.tsx";

const ITEM =
  "flex cursor-default items-center gap-2 rounded px-2 py-1.5 text-13 outline-none select-none data-highlighted:bg-wash";

/** Opens as it is drawn: it was fetched because somebody pressed the button. */
export default function PersonMenu({ member, tenant }: PersonProps) {
  const [theme, setShown] = useState<Theme>(currentTheme);
  return (
    <DropdownMenu.Root
      modal={false}
      defaultOpen
      onOpenChange={(isOpen) => {
        if (isOpen) setShown(currentTheme());
      }}
    >
      <DropdownMenu.Trigger aria-label={personLabel(member)} className={PERSON_BUTTON}>
        <PersonFace member={member} />
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
