import * as z from "zod/mini";
import { checkBody } from "../../body-check.ts";
import type { Answer } from "../../simulator.ts";
import { type Desk, invalid } from "./desk.ts";

/** `worldState/lists` of a few countries: code, name. The German names have no umlauts, as in the document. */
const REGIONS: Readonly<Record<string, string>> = {
  US: "AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,DC District of Columbia,FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,KY Kentucky,LA Louisiana,ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming",
  DE: "BW Baden-Wurttemberg,BY Bayern,BE Berlin,BB Brandenburg,HB Bremen,HH Hamburg,HE Hessen,MV Mecklenburg-Vorpommern,NI Niedersachsen,NW Nordrhein-Westfalen,RP Rheinland-Pfalz,SL Saarland,SN Sachsen,ST Sachsen-Anhalt,SH Schleswig-Holstein,TH Thuringen",
  FR: "ARA Auvergne-Rhone-Alpes,BFC Bourgogne-Franche-Comte,BRE Bretagne,CVL Centre-Val de Loire,COR Corse,GES Grand Est,HDF Hauts-de-France,IDF Ile-de-France,NOR Normandie,NAQ Nouvelle-Aquitaine,OCC Occitanie,PDL Pays de la Loire,PAC Provence-Alpes-Cote d'Azur",
  UK: "ENG England,NIR Northern Ireland,SCT Scotland,WLS Wales",
  JP: "01 Hokkaido,13 Tokyo,14 Kanagawa,23 Aichi,26 Kyoto,27 Osaka,40 Fukuoka",
  IN: "DL Delhi,KA Karnataka,MH Maharashtra,TN Tamil Nadu,WB West Bengal",
};

export const regionsOf = (country: string) =>
  (Object.hasOwn(REGIONS, country) ? (REGIONS[country] ?? "") : "")
    .split(",")
    .filter(Boolean)
    .map((text) => {
      const [code = "", ...name] = text.split(" ");
      return { country_code: country, state_or_province_name: name.join(" "), code };
    });

const Query = z.strictObject({ country_code: z.string() });

/** `POST /erp/sc/data/worldState/lists` */
export function worldState(body: unknown, { envelopes }: Desk): Answer {
  const checked = checkBody(Query, body);
  if (!checked.ok) return invalid(envelopes, "country_code => country_code 必填");
  const regions = regionsOf(checked.body.country_code);
  return envelopes.ok(regions, regions.length);
}
