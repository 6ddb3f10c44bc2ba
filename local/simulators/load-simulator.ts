import { existsSync } from "node:fs";
import type { ChannelDemo, ChannelSimulatorKind } from "./channel-simulator.ts";
import type { ProviderDemo, SimulatorKind } from "./simulator.ts";

/** A registered connector has no simulator; the message names the file to write. */
export class MissingSimulator extends Error {
  override name = "MissingSimulator" as const;
}

/** @throws MissingSimulator */
export async function loadProviderSimulator(name: string): Promise<SimulatorKind<object>> {
  // /sandbox/channels/… belongs to the channels.
  if (name === "channels") throw new MissingSimulator('No provider can be called "channels": choose another name.');
  const { simulator } = await load<{ simulator: SimulatorKind<object> }>("providers", name);
  return simulator;
}

/** @throws MissingSimulator */
export async function loadChannelSimulator(name: string): Promise<ChannelSimulatorKind> {
  const { simulator } = await load<{ simulator: ChannelSimulatorKind }>("channels", name);
  return simulator;
}

/** How the stage `local` uses a provider; empty if its simulator's folder has no `demo.ts`. */
export async function loadProviderDemo(name: string): Promise<ProviderDemo> {
  return (await loadDemo<ProviderDemo>("providers", name)) ?? {};
}

/** How the stage `local` uses a channel; empty if its simulator's folder has no `demo.ts`. */
export async function loadChannelDemo(name: string): Promise<ChannelDemo> {
  return (await loadDemo<ChannelDemo>("channels", name)) ?? {};
}

type Kind = "channels" | "providers";

const fileOf = (kind: Kind, name: string, file: string): URL => new URL(`./${kind}/${name}/${file}`, import.meta.url);

async function loadDemo<Demo>(kind: Kind, name: string): Promise<Demo | undefined> {
  const file = fileOf(kind, name, "demo.ts");
  if (!existsSync(file)) return undefined;
  const { demo }: { demo?: Demo } = await import(file.href);
  if (!demo) throw new MissingSimulator(`local/simulators/${kind}/${name}/demo.ts must export "demo".`);
  return demo;
}

async function load<Module extends { simulator: unknown }>(kind: Kind, name: string): Promise<Module> {
  const file = fileOf(kind, name, "index.ts");
  const path = `local/simulators/${kind}/${name}/index.ts`;
  if (!existsSync(file)) {
    throw new MissingSimulator(
      `The ${kind.slice(0, -1)} "${name}" is registered and has no simulator: write ${path}, which exports "simulator". docs/add-a-connector.md says how.`,
    );
  }
  const module: Partial<Module> = await import(file.href);
  if (module.simulator === undefined) throw new MissingSimulator(`${path} must export "simulator".`);
  return module as Module;
}
