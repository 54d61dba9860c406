"use client";

import { useQuery } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";

export function useTemplates() {
  return useQuery({
    queryKey: ["agreement.templates"],
    queryFn: ({ signal }) => hall.agreement.templates.query({}, { signal }),
  });
}
