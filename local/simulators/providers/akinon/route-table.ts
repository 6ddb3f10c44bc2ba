import type { Answer, SimulatorRequest } from "../../simulator.ts";
import { detail, page } from "./answers.ts";

/** `POST orders/{id}/cancel/`; a `{…}` is one segment, passed to the handler. */
export type RouteTable = Readonly<Record<string, (request: SimulatorRequest, ...parts: string[]) => Answer>>;

export const notAllowed = ({ method }: Pick<SimulatorRequest, "method">): Answer =>
  detail(405, `Method "${method}" not allowed.`);

/** Answers as Django and its REST framework do: 404 for an unknown path, 405 for an unknown method of a known one. */
export function dispatcher(table: RouteTable): (request: SimulatorRequest, path: string) => Answer {
  const routes = Object.entries(table).map(([key, handle]) => {
    const [method = "", path = ""] = key.split(" ");
    return { method, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, "([^/]+)")}$`), handle };
  });
  return (request, path) => {
    const matching = routes.filter(({ pattern }) => pattern.test(path));
    if (matching.length === 0) return page(404, "Not Found");
    const route = matching.find(({ method }) => method === request.method);
    if (!route) return notAllowed(request);
    return route.handle(request, ...(route.pattern.exec(path)?.slice(1) ?? []));
  };
}
