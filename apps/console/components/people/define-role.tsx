"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { RoleLine } from "../../lib/people-types.ts";
import { FieldGroup } from "../../ui/field.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { ActDialog } from "../act-dialog.tsx";
import { useWhyNot } from "../use-why-not.ts";

/** Makes a role, or gives one other permissions. */
export function DefineRole({ givable, role }: { givable: readonly string[]; role?: RoleLine }) {
  const id = useId();
  const queries = useQueryClient();
  const [name, setName] = useState(role?.name ?? "");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(role?.permissions));
  const isNamed = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name);
  return (
    <ActDialog
      opener={role ? "Change" : "Make a role"}
      look={role ? "quiet" : "primary"}
      whyNot={useWhyNot("role:define")}
      title={role ? `Change ${role.name}` : "Make a role"}
      submit={role ? "Change the role" : "Make the role"}
      failed={role ? "It was not changed" : "It was not made"}
      because={!isNamed ? "It wants a name" : chosen.size === 0 ? "It wants a permission" : undefined}
      onOpen={() => {
        setName(role?.name ?? "");
        setChosen(new Set(role?.permissions));
      }}
      run={async () => {
        const permissions = givable.filter((permission) => chosen.has(permission));
        // The Hall checks them against its table; the list of the form came from there.
        await hall.role.define.mutate({ name, permissions: permissions as never });
        await queries.invalidateQueries({ queryKey: ["role.list"] });
      }}
    >
      {role ? (
        <p className="text-13">Whoever holds it signs in again.</p>
      ) : (
        <TextField
          id={`${id}-name`}
          label="Name"
          hint="Lower case, digits and hyphens, such as key-keeper."
          value={name}
          maxLength={40}
          spellCheck={false}
          onChange={setName}
          isCode
        />
      )}
      <FieldGroup id={`${id}-permissions`} label="May">
        <div className="grid max-h-[40vh] grid-cols-1 gap-x-4 overflow-y-auto border-y border-line py-1 mid:grid-cols-2">
          {givable.map((permission) => (
            <label key={permission} className="flex min-h-7 items-center gap-2 font-mono text-12">
              <input
                type="checkbox"
                checked={chosen.has(permission)}
                onChange={(event) => {
                  const next = new Set(chosen);
                  if (event.target.checked) next.add(permission);
                  else next.delete(permission);
                  setChosen(next);
                }}
              />
              {permission}
            </label>
          ))}
        </div>
      </FieldGroup>
    </ActDialog>
  );
}
