import type { Answer, SimulatorRequest } from "../../simulator.ts";
import { detail, page } from "./answers.ts";

/** `POST orders/{id}/cancel/`; a `{…}` is one segment, handed to the handler. */
export type RouteTable = Readonly<Record<string, (request: SimulatorRequest, ...parts: string[]) => Answer>>;

/** Answers as Django and its REST framework do: 404 for a path of no route, 405 for a method that its routes lack. */
export function dispatcher(table: RouteTable): (request: SimulatorRequest, path: string) => Answer {
  const routes = Object.entries(table).map(([key, handle]) => {
    const [method = "", path = ""] = key.split(" ");
    return { method, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, "([^/]+)")}$`), handle };
  });
  return (request, path) => {
    const matching = routes.filter(({ pattern }) => pattern.test(path));
    if (matching.length === 0) return page(404, "Not Found");
    const route = matching.find(({ method }) => method === request.method);
    if (!route) return detail(405, `Method "${request.method}" not allowed.`);
    return route.handle(request, ...(route.pattern.exec(path)?.slice(1) ?? []));
  };
}
