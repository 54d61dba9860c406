"use client";

import { useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { TextField } from "../../ui/text-field.tsx";
import { ActDialog } from "../act-dialog.tsx";
import { OwnerFields } from "./owner-fields.tsx";
import { useTenantsChanged } from "./use-tenants-changed.ts";
import { useWhyNotOperate } from "./use-why-not-operate.ts";

const NOBODY = { email: "", person: "" };

/** An empty tenant, and a link to its first owner. */
export function CreateTenant() {
  const id = useId();
  const changed = useTenantsChanged();
  const [slug, setSlug] = useState("");
  const [name, setName] = useState("");
  const [owner, setOwner] = useState(NOBODY);
  const because =
    slug === "" || name.trim() === ""
      ? "It wants a name, twice"
      : !owner.email.includes("@") || owner.person.trim() === ""
        ? "It wants an owner"
        : undefined;
  return (
    <ActDialog
      opener="Make a tenant"
      look="primary"
      whyNot={useWhyNotOperate("tenant:create")}
      title="Make a tenant"
      submit="Make it and invite the owner"
      failed="No tenant was made"
      because={because}
      onOpen={() => {
        setSlug("");
        setName("");
        setOwner(NOBODY);
      }}
      run={async () => {
        const { email, person } = owner;
        const input = { tenant: slug, name, owner: { email, display_name: person.trim() } };
        await hall.tenant.create.mutate(input);
        await changed();
      }}
    >
      <TextField id={`${id}-name`} label="Name" value={name} maxLength={64} onChange={setName} />
      <TextField
        id={`${id}-slug`}
        label="Name in addresses"
        hint="Small letters, digits and hyphens, such as acme. The tenant signs by it, and it is never changed."
        value={slug}
        maxLength={40}
        spellCheck={false}
        onChange={setSlug}
      />
      <OwnerFields id={id} owner={owner} onChange={setOwner} />
    </ActDialog>
  );
}
