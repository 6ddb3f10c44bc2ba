/**
 * Codes of ISO 3166-2, without the country, and names of the provinces of countries whose shops write the name alone.
 * Of the United States also the territories and the forces' addresses, which its post office treats as states.
 */
const PROVINCES: Readonly<Record<string, string>> = {
  AU: "ACT Australian Capital Territory,NSW New South Wales,NT Northern Territory,QLD Queensland,SA South Australia,TAS Tasmania,VIC Victoria,WA Western Australia",
  BR: "AC Acre,AL Alagoas,AM Amazonas,AP Amapá,BA Bahia,CE Ceará,DF Distrito Federal,ES Espírito Santo,GO Goiás,MA Maranhão,MG Minas Gerais,MS Mato Grosso do Sul,MT Mato Grosso,PA Pará,PB Paraíba,PE Pernambuco,PI Piauí,PR Paraná,RJ Rio de Janeiro,RN Rio Grande do Norte,RO Rondônia,RR Roraima,RS Rio Grande do Sul,SC Santa Catarina,SE Sergipe,SP São Paulo,TO Tocantins",
  CA: "AB Alberta,BC British Columbia,MB Manitoba,NB New Brunswick,NL Newfoundland and Labrador,NS Nova Scotia,NT Northwest Territories,NU Nunavut,ON Ontario,PE Prince Edward Island,QC Quebec,SK Saskatchewan,YT Yukon,YT Yukon Territory",
  MX: "AGU Aguascalientes,BCN Baja California,BCS Baja California Sur,CAM Campeche,CHH Chihuahua,CHP Chiapas,CMX Ciudad de México,COA Coahuila,COL Colima,DUR Durango,GRO Guerrero,GUA Guanajuato,HID Hidalgo,JAL Jalisco,MEX Estado de México,MEX México,MIC Michoacán,MOR Morelos,NAY Nayarit,NLE Nuevo León,OAX Oaxaca,PUE Puebla,QUE Querétaro,ROO Quintana Roo,SIN Sinaloa,SLP San Luis Potosí,SON Sonora,TAB Tabasco,TAM Tamaulipas,TLA Tlaxcala,VER Veracruz,YUC Yucatán,ZAC Zacatecas",
  US: "AA Armed Forces Americas,AE Armed Forces Europe,AK Alaska,AL Alabama,AP Armed Forces Pacific,AR Arkansas,AS American Samoa,AZ Arizona,CA California,CO Colorado,CT Connecticut,DC District of Columbia,DE Delaware,FL Florida,GA Georgia,GU Guam,HI Hawaii,IA Iowa,ID Idaho,IL Illinois,IN Indiana,KS Kansas,KY Kentucky,LA Louisiana,MA Massachusetts,MD Maryland,ME Maine,MI Michigan,MN Minnesota,MO Missouri,MP Northern Mariana Islands,MS Mississippi,MT Montana,NC North Carolina,ND North Dakota,NE Nebraska,NH New Hampshire,NJ New Jersey,NM New Mexico,NV Nevada,NY New York,OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,PR Puerto Rico,RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VA Virginia,VI Virgin Islands,VT Vermont,WA Washington,WI Wisconsin,WV West Virginia,WY Wyoming",
};

/** Without case and accents: "Québec" and "quebec". */
const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").trim().toLowerCase();

/** Code by plain name and by plain code, made when a country is first asked for. */
const known = new Map<string, ReadonlyMap<string, string>>();

function codesOf(country: string, listed: string): ReadonlyMap<string, string> {
  const codes = known.get(country) ?? new Map(listed.split(",").flatMap(namesOf));
  known.set(country, codes);
  return codes;
}

function namesOf(entry: string): [name: string, code: string][] {
  const [code = ""] = entry.split(" ", 1);
  return [code, entry.slice(code.length)].map((name) => [plain(name), code]);
}

/**
 * The code of a province that a channel gives by its name: "KY" for "Kentucky". A text that is a code already is that
 * code.
 * @param country ISO 3166-1 alpha-2
 * @returns undefined for a country or a name that is not listed here
 */
export function provinceCode(country: string | undefined, province: string | undefined): string | undefined {
  const listed = country !== undefined && Object.hasOwn(PROVINCES, country) ? PROVINCES[country] : undefined;
  if (country === undefined || province === undefined || listed === undefined) return undefined;
  return codesOf(country, listed).get(plain(province));
}
