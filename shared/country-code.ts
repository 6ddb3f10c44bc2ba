/**
 * ISO 3166-1 alpha-3, each followed by its alpha-2. XKX, XK: Kosovo, as the European Commission and carriers write it.
 */
const ALPHA_3 =
  "ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT AZEAZ BDIBI " +
  "BELBE BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO BRABR BRBBB BRNBN BTNBT " +
  "BVTBV BWABW CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG COKCK COLCO COMKM CPVCV CRICR CUBCU " +
  "CUWCW CXRCX CYMKY CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET " +
  "FINFI FJIFJ FLKFK FRAFR FROFO FSMFM GABGA GBRGB GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR " +
  "GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR " +
  "IRQIQ ISLIS ISRIL ITAIT JAMJM JEYJE JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB " +
  "LBRLR LBYLY LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH " +
  "MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA NCLNC NERNE " +
  "NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ OMNOM PAKPK PANPA PCNPN PERPE PHLPH PLWPW PNGPG POLPL " +
  "PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU RWARW SAUSA SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ " +
  "SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR SVKSK SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC " +
  "TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO TTOTT TUNTN TURTR TUVTV TWNTW TZATZ UGAUG UKRUA UMIUM URYUY " +
  "USAUS UZBUZ VATVA VCTVC VENVE VGBVG VIRVI VNMVN VUTVU WLFWF WSMWS YEMYE ZAFZA ZMBZM ZWEZW XKXXK";

/** Two letters that senders write instead of the right ones. */
const ALIASES: Record<string, string> = { UK: "GB", EL: "GR" };

/** Names that differ from those of Unicode CLDR, which `Intl.DisplayNames` has. */
const NAMES: Record<string, string> = {
  america: "US",
  "united states of america": "US",
  "great britain": "GB",
  england: "GB",
  scotland: "GB",
  wales: "GB",
  "northern ireland": "GB",
  britain: "GB",
  "united kingdom of great britain and northern ireland": "GB",
  "republic of ireland": "IE",
  holland: "NL",
  "czech republic": "CZ",
  turkey: "TR",
  turkiye: "TR",
  "russian federation": "RU",
  "viet nam": "VN",
  "korea republic of": "KR",
  "republic of korea": "KR",
  korea: "KR",
  "hong kong": "HK",
  "hong kong sar": "HK",
  macao: "MO",
  macau: "MO",
  "taiwan province of china": "TW",
  "mainland china": "CN",
  "peoples republic of china": "CN",
  "united arab emirates uae": "AE",
  uae: "AE",
  "ivory coast": "CI",
  "cote divoire": "CI",
  "cape verde": "CV",
  swaziland: "SZ",
  macedonia: "MK",
  burma: "MM",
  "brunei darussalam": "BN",
  "moldova republic of": "MD",
  "republic of moldova": "MD",
  "bolivia plurinational state of": "BO",
  "venezuela bolivarian republic of": "VE",
  "tanzania united republic of": "TZ",
  "iran islamic republic of": "IR",
  "syrian arab republic": "SY",
  "lao peoples democratic republic": "LA",
  "slovak republic": "SK",
  "vatican city": "VA",
  "holy see": "VA",
  香港: "HK",
  澳門: "MO",
  澳门: "MO",
  臺灣: "TW",
};

/** Languages in which shops write the names of countries; English first, which is the commonest. */
const LANGUAGES =
  "en de fr es it pt nl pl tr sv da nb fi cs sk hu ro bg el ru uk lt lv et hr sl id ms vi th ja ko zh zh-Hant ar he".split(
    " ",
  );

/** Characters of a country's name, in any language. */
const LONGEST_NAME = 100;

let known: Map<string, string> | undefined;

/**
 * The ISO 3166-1 alpha-2 code of a country that is written as two letters, as three, or by its name in the language of
 * the shop. Two letters are taken as they are: whether a provider delivers there is for the provider to say.
 * @returns undefined for any other text
 */
export function countryCode(text: string): string | undefined {
  const code = text.trim().toUpperCase();
  if (/^[A-Z]{2}$/.test(code)) return ALIASES[code] ?? code;
  if (text.length > LONGEST_NAME) return undefined;
  known ??= new Map([...names(), ...codes()]);
  return known.get(plain(text));
}

const codes = (): [string, string][] =>
  ALPHA_3.split(" ").map((pair) => [pair.slice(0, 3).toLowerCase(), pair.slice(3)]);

/** The first language that has a name decides. Made when the first name is read: it takes some milliseconds. */
function names(): [string, string][] {
  const regions = codes().map(([, region]) => region);
  const inAll = LANGUAGES.flatMap((language) => {
    const display = new Intl.DisplayNames([language], { type: "region", fallback: "none" });
    return regions.map((region): [string, string] => [plain(display.of(region) ?? ""), region]);
  });
  return [...inAll.reverse(), ...Object.entries(NAMES)].filter(([name]) => name !== "");
}

/** Without case, accents, punctuation and a leading article: "The Nether-Lands" as "nether lands". */
const plain = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase()
    .replace(/ı/g, "i")
    .replace(/['’.]/g, "")
    .replace(/&/g, " and ")
    .replace(/[^\p{L}]+/gu, " ")
    .trim()
    .replace(/^the /, "");
