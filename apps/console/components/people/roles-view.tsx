"use client";

import type { RoleLine, RoleList } from "../../lib/people-types.ts";
import { actsOf } from "../../lib/permissions.ts";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { DefineRole } from "./define-role.tsx";
import { RetireRole } from "./retire-role.tsx";
import { useRoles } from "./use-roles.ts";

const COLUMNS = "mid:grid-cols-[minmax(140px,200px)_minmax(0,1fr)_128px_152px]";

/** What a member can be here, and what each role may. */
export function RolesView() {
  const roles = useRoles();
  return (
    <div className="pb-16">
      <PageHeading title="Roles" actions={roles.data && <DefineRole givable={roles.data.givable} />}>
        Six are the same in every tenant. Others are made of permissions out of the same table; that two
        people are needed for something is asked by the act, not by the role.
      </PageHeading>
      <Answer of={roles} what="The roles could not be read" label="Reading the roles">
        {(list) => (
          <Table label="Roles" columns={COLUMNS} titles={["Role", "May, beside reading", "Changed", "Acts"]}>
            {list.roles.map((role) => (
              <RoleRow key={role.name} role={role} list={list} />
            ))}
          </Table>
        )}
      </Answer>
    </div>
  );
}

function RoleRow({ role, list }: { role: RoleLine; list: RoleList }) {
  return (
    <Row columns={COLUMNS}>
      <Cell className="font-medium">
        {role.name}
        <span className="block text-12 font-normal text-quiet">
          {role.retired_at ? "retired" : role.own ? "of this tenant" : "of every tenant"}
        </span>
      </Cell>
      <Cell className="font-mono text-12">{actsOf(role.permissions).join(", ") || "nothing"}</Cell>
      <Cell title="changed" className="text-quiet">
        {role.updated_at === null ? "–" : <Time at={role.updated_at} />}
      </Cell>
      <Cell>
        {role.own && (
          <span className="flex flex-wrap gap-1 mid:-ml-3">
            <DefineRole givable={list.givable} role={role} />
            {role.retired_at === null && <RetireRole name={role.name} />}
          </span>
        )}
      </Cell>
    </Row>
  );
}
