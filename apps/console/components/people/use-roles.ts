"use client";

import { useQuery } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";

export function useRoles() {
  return useQuery({
    queryKey: ["role.list"],
    queryFn: ({ signal }) => hall.role.list.query({}, { signal }),
  });
}
