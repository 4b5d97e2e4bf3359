// One table a language. Not every language has a pattern for every nature.
#include "tongues.h"

#include <array>

namespace entente::example {
namespace {

constexpr Root kFrench[] = {{"Valmorin", ""}, {"Ponteclair", ""},  {"Aubrelune", ""},           {"Cormeillac", ""}, {"Orvaltès", ""},
                            {"Brumelac", ""}, {"Éclisselune", ""}, {"Montréval-sous-Lune", ""}, {"Perrégaude", ""}, {"Lisandrette", ""}};
constexpr Pattern kFrenchNames[] = {{"company", "Banque {}", "{} Bank"},
                                    {"company", "{} Logiciels", "{} Software"},
                                    {"company", "Énergies {}", "{} Energy"},
                                    {"company", "Assurances {}", "{} Insurance"},
                                    {"operator", "Réseaux {}", "{} Networks"},
                                    {"federation", "Fédération numérique de {}", "Digital Federation of {}"},
                                    {"ngo", "Veilleurs de {}", "Watch of {}"},
                                    {"foundation", "Fondation {}", "{} Foundation"},
                                    {"association", "Association {}", "{} Association"},
                                    {"university", "Université de {}", "University of {}"},
                                    {"research-centre", "Centre de recherche {}", "{} Research Centre"},
                                    {"think-tank", "Institut {}", "{} Institute"},
                                    {"agency", "Agence numérique de {}", "Digital Agency of {}"},
                                    {"local-authority", "Commune de {}", "Municipality of {}"},
                                    {"", "République de {}", "Republic of {}"},
                                    {"international-organisation", "Union des rivages de {}", "Union of the Shores of {}"}};

constexpr Root kEnglish[] = {{"Northmere", ""},    {"Quillford Vale", ""}, {"Ashenwick", ""},   {"Thornwater", ""},    {"Marlowick", ""},
                             {"Brackenfirth", ""}, {"Silverfenmoor", ""},  {"Ostermarsh", ""},  {"Lanternbridge", ""}, {"Hollowpine", ""},
                             {"Umbershore", ""},   {"Saltgrove", ""},      {"Windlattice", ""}, {"Emberhollow", ""}};
constexpr Pattern kEnglishNames[] = {{"company", "{} Systems", "{} Systems"},
                                     {"company", "Bank of {}", "Bank of {}"},
                                     {"company", "{} Cloudworks", "{} Cloudworks"},
                                     {"company", "{} Instruments", "{} Instruments"},
                                     {"company", "{} Freight & Harbour", "{} Freight & Harbour"},
                                     {"operator", "{} Telecom", "{} Telecom"},
                                     {"federation", "Federation of {} Trades", "Federation of {} Trades"},
                                     {"ngo", "{} Rights Watch", "{} Rights Watch"},
                                     {"foundation", "{} Foundation", "{} Foundation"},
                                     {"association", "{} Internet Association", "{} Internet Association"},
                                     {"university", "{} University", "{} University"},
                                     {"research-centre", "{} Centre for Network Research", "{} Centre for Network Research"},
                                     {"think-tank", "{} Policy Forum", "{} Policy Forum"},
                                     {"agency", "{} Cyber Agency", "{} Cyber Agency"},
                                     {"local-authority", "{} County Council", "{} County Council"},
                                     {"", "Commonwealth of {}", "Commonwealth of {}"},
                                     {"international-organisation", "{} Convention Organisation", "{} Convention Organisation"}};

constexpr Root kSpanish[] = {{"Solvarena", ""}, {"Montealbor", ""}, {"Cieloverdín", ""}, {"Peñafresca", ""},
                             {"Lumbralia", ""}, {"Río Añil", ""},   {"Torreluz", ""}};
constexpr Pattern kSpanishNames[] = {{"company", "Banco {}", "{} Bank"},
                                     {"company", "Tecnologías {}", "{} Technologies"},
                                     {"company", "Puertos de {}", "Ports of {}"},
                                     {"operator", "Redes {}", "{} Networks"},
                                     {"federation", "Federación Digital de {}", "Digital Federation of {}"},
                                     {"ngo", "Observatorio Civil {}", "{} Civil Observatory"},
                                     {"foundation", "Fundación {}", "{} Foundation"},
                                     {"association", "Asociación {}", "{} Association"},
                                     {"university", "Universidad de {}", "University of {}"},
                                     {"research-centre", "Centro de Estudios {}", "{} Centre for Studies"},
                                     {"agency", "Agencia Digital de {}", "Digital Agency of {}"},
                                     {"local-authority", "Municipio de {}", "Municipality of {}"},
                                     {"", "República de {}", "Republic of {}"}};

constexpr Root kGerman[] = {{"Falkenthur", ""},    {"Grünwachtal", ""}, {"Steinbrügglin", ""}, {"Morgenlohe", ""},
                            {"Silberquellen", ""}, {"Lindharzen", ""},  {"Kaltenfurtau", ""}};
constexpr Pattern kGermanNames[] = {{"company", "{} Maschinenbau", "{} Engineering"},
                                    {"company", "Sparbank {}", "{} Savings Bank"},
                                    {"company", "{} Halbleiter", "{} Semiconductors"},
                                    {"operator", "Stadtnetze {}", "{} City Networks"},
                                    {"federation", "Bund der {}er Betriebe", "League of {} Enterprises"},
                                    {"ngo", "Netzwache {}", "{} Net Watch"},
                                    {"foundation", "Stiftung {}", "{} Foundation"},
                                    {"association", "Verein {}", "{} Society"},
                                    {"university", "Universität {}", "University of {}"},
                                    {"research-centre", "Forschungszentrum {}", "{} Research Centre"},
                                    {"agency", "Amt für Netzsicherheit {}", "{} Office for Network Security"},
                                    {"local-authority", "Gemeinde {}", "Municipality of {}"},
                                    {"", "Freistaat {}", "Free State of {}"}};

constexpr Root kItalian[] = {{"Montaverio", ""}, {"Lucernara", ""}, {"Rocchiaretta", ""}, {"Valsolenne", ""}};
constexpr Pattern kItalianNames[] = {{"company", "{} Sistemi", "{} Systems"},
                                     {"company", "Cassa di {}", "Savings Bank of {}"},
                                     {"foundation", "Fondazione {}", "{} Foundation"},
                                     {"university", "Università di {}", "University of {}"},
                                     {"local-authority", "Comune di {}", "Municipality of {}"},
                                     {"", "Repubblica di {}", "Republic of {}"}};

constexpr Root kPortuguese[] = {{"Serralume", ""}, {"Águas de Brumel", ""}, {"Valdorim", ""}, {"Maréluzia", ""}};
constexpr Pattern kPortugueseNames[] = {{"company", "{} Informática", "{} Computing"},
                                        {"company", "Seguros {}", "{} Insurance"},
                                        {"ngo", "Rede Cidadã {}", "{} Citizens' Network"},
                                        {"association", "Associação {}", "{} Association"},
                                        {"university", "Universidade de {}", "University of {}"},
                                        {"agency", "Agência Digital de {}", "Digital Agency of {}"}};

constexpr Root kDutch[] = {{"Duinmeerland", ""}, {"Waterlindehof", ""}, {"Noorderkreekse", ""}};
constexpr Pattern kDutchNames[] = {{"company", "{} Logistiek", "{} Logistics"},
                                   {"operator", "{} Netwerken", "{} Networks"},
                                   {"foundation", "Stichting {}", "{} Foundation"},
                                   {"local-authority", "Gemeente {}", "Municipality of {}"}};

constexpr Root kSwedish[] = {{"Skogsvågen", ""}, {"Nordljungby", ""}, {"Åsklinta", ""}};
constexpr Pattern kSwedishNames[] = {
    {"company", "{} Teknik", "{} Technology"}, {"ngo", "Nätvakten {}", "{} Net Watch"}, {"university", "{} universitet", "{} University"}};
constexpr Root kDanish[] = {{"Sølvhavnen", ""}, {"Østerlyngen", ""}};
constexpr Pattern kDanishNames[] = {{"company", "{} Skibsdata", "{} Ship Data"}, {"association", "Foreningen {}", "{} Society"}};
constexpr Root kNorwegian[] = {{"Fjellbrisen", ""}, {"Måneviken", ""}};
constexpr Pattern kNorwegianNames[] = {{"company", "{} Havvind", "{} Offshore Wind"},
                                       {"agency", "Nettilsynet i {}", "{} Network Authority"}};
constexpr Root kFinnish[] = {{"Kivisaloinen", ""}, {"Tähtivuori", ""}};
constexpr Pattern kFinnishNames[] = {{"company", "{} Ohjelmistot", "{} Software"}, {"university", "{} yliopisto", "{} University"}};
constexpr Root kEstonian[] = {{"Põhjatuulik", ""}, {"Kuldnurmik", ""}};
constexpr Pattern kEstonianNames[] = {{"company", "{} Andmed", "{} Data"}, {"", "{} Vabariik", "Republic of {}"}};
constexpr Root kPolish[] = {{"Złotobrzeg", ""}, {"Śnieżnicka", ""}, {"Kłosowiec Nowy", ""}};
constexpr Pattern kPolishNames[] = {{"company", "{} Oprogramowanie", "{} Software"},
                                    {"foundation", "Fundacja {}", "{} Foundation"},
                                    {"university", "Uniwersytet {}", "University of {}"}};
constexpr Root kCzech[] = {{"Modřínkov", ""}, {"Stříbrnovec", ""}};
constexpr Pattern kCzechNames[] = {{"company", "{} Strojírny", "{} Works"}, {"ngo", "Síťová hlídka {}", "{} Net Guard"}};
constexpr Root kRomanian[] = {{"Izvorul Lin", ""}, {"Codrulești", ""}};
constexpr Pattern kRomanianNames[] = {{"company", "{} Digital", "{} Digital"}, {"association", "Asociația {}", "{} Association"}};
constexpr Root kHungarian[] = {{"Hársligetvár", ""}, {"Őrvárhely", ""}};
constexpr Pattern kHungarianNames[] = {{"company", "{} Biztosító", "{} Insurance"},
                                       {"research-centre", "{} Kutatóközpont", "{} Research Centre"}};

constexpr Root kGreek[] = {{"Αστρογιάλι", "Astroyiali"}, {"Ανεμοφάνη", "Anemophani"}, {"Λευκοθάλασσα", "Lefkothalassa"}};
constexpr Pattern kGreekNames[] = {{"company", "Ναυτιλιακή {}", "{} Shipping"},
                                   {"company", "{} Πληροφορική", "{} Informatics"},
                                   {"foundation", "Ίδρυμα {}", "{} Foundation"},
                                   {"university", "Πανεπιστήμιο {}", "University of {}"},
                                   {"", "Δημοκρατία {}", "Republic of {}"}};
constexpr Root kArabic[] = {{"نجم المرسى", "Najm al-Marsa"},
                            {"منارة الواحات", "Manarat al-Wahat"},
                            {"درع الفجر", "Dir al-Fajr"},
                            {"سحاب الأطلال", "Sahab al-Atlal"},
                            {"لؤلؤة الريح", "Luluat al-Rih"}};
constexpr Pattern kArabicNames[] = {{"company", "شركة {} للبرمجيات", "{} Software Company"},
                                    {"company", "مصرف {}", "{} Bank"},
                                    {"operator", "شبكات {}", "{} Networks"},
                                    {"ngo", "مرصد {}", "{} Observatory"},
                                    {"foundation", "مؤسسة {}", "{} Foundation"},
                                    {"university", "جامعة {}", "University of {}"},
                                    {"agency", "هيئة {} الرقمية", "{} Digital Authority"},
                                    {"", "جمهورية {}", "Republic of {}"}};
constexpr Root kChinese[] = {{"青石桥", "Qingshiqiao"}, {"云岚渡", "Yunlandu"}, {"海衡岛", "Haihengdao"}, {"墨溪屿", "Moxiyu"}};
constexpr Pattern kChineseNames[] = {{"company", "{}数据科技", "{} Data Technology"},
                                     {"company", "{}航运", "{} Shipping"},
                                     {"university", "{}大学", "{} University"},
                                     {"research-centre", "{}网络研究中心", "{} Network Research Centre"}};
constexpr Root kJapanese[] = {{"澄海原", "Sumigahara"}, {"星凪浦", "Hoshinagiura"}};
constexpr Pattern kJapaneseNames[] = {{"company", "{}精密", "{} Precision"}, {"university", "{}大学", "{} University"}};
constexpr Root kKorean[] = {{"은하솔빛", "Eunhasolbit"}, {"새벽가람", "Saebyeokgaram"}};
constexpr Pattern kKoreanNames[] = {{"company", "{}전자", "{} Electronics"}, {"association", "{} 협회", "{} Association"}};
constexpr Root kTurkish[] = {{"Gümüşkıyıköy", ""}, {"Yıldızovacık", ""}};
constexpr Pattern kTurkishNames[] = {{"company", "{} Yazılım", "{} Software"}, {"ngo", "{} Ağ Gözlemi", "{} Network Observatory"}};
constexpr Root kUkrainian[] = {{"Зоребрід", "Zorebrid"}, {"Сріблогай", "Sriblohai"}};
constexpr Pattern kUkrainianNames[] = {{"company", "{} Системи", "{} Systems"}, {"ngo", "Вартові {}", "Sentinels of {}"}};
constexpr Root kBulgarian[] = {{"Светлобряг", "Svetlobryag"}, {"Зорничево", "Zornichevo"}};
constexpr Pattern kBulgarianNames[] = {{"company", "{} Софтуер", "{} Software"}, {"local-authority", "Община {}", "Municipality of {}"}};
constexpr Root kHindi[] = {{"सूर्यधारा", "Suryadhara"}, {"नीलद्वीप", "Neeldweep"}};
constexpr Pattern kHindiNames[] = {{"company", "{} प्रौद्योगिकी", "{} Technology"}, {"foundation", "{} न्यास", "{} Trust"}};
constexpr Root kSwahili[] = {{"Nyotalindi", ""}, {"Mwangazawe", ""}, {"Bahariuzi", ""}};
constexpr Pattern kSwahiliNames[] = {
    {"company", "{} Teknolojia", "{} Technology"}, {"ngo", "Walinzi wa {}", "Guardians of {}"}, {"", "Jamhuri ya {}", "Republic of {}"}};

constexpr std::array<Tongue, 26> kTongues{{
    {"fr", "FRA BEL CHE CAN SEN CIV LUX FRA FRA", kFrench, kFrenchNames},
    {"en", "GBR IRL USA CAN AUS NZL KEN NGA ZAF IND SGP GBR USA", kEnglish, kEnglishNames},
    {"es", "ESP MEX ARG CHL COL URY", kSpanish, kSpanishNames},
    {"de", "DEU AUT CHE DEU", kGerman, kGermanNames},
    {"it", "ITA", kItalian, kItalianNames},
    {"pt", "PRT BRA", kPortuguese, kPortugueseNames},
    {"nl", "NLD BEL", kDutch, kDutchNames},
    {"sv", "SWE", kSwedish, kSwedishNames},
    {"da", "DNK", kDanish, kDanishNames},
    {"nb", "NOR", kNorwegian, kNorwegianNames},
    {"fi", "FIN", kFinnish, kFinnishNames},
    {"et", "EST", kEstonian, kEstonianNames},
    {"pl", "POL", kPolish, kPolishNames},
    {"cs", "CZE", kCzech, kCzechNames},
    {"ro", "ROU", kRomanian, kRomanianNames},
    {"hu", "HUN", kHungarian, kHungarianNames},
    {"el", "GRC CYP", kGreek, kGreekNames},
    {"ar", "MAR TUN EGY ARE JOR", kArabic, kArabicNames},
    {"zh", "CHN SGP", kChinese, kChineseNames},
    {"ja", "JPN", kJapanese, kJapaneseNames},
    {"ko", "KOR", kKorean, kKoreanNames},
    {"tr", "TUR", kTurkish, kTurkishNames},
    {"uk", "UKR", kUkrainian, kUkrainianNames},
    {"bg", "BGR", kBulgarian, kBulgarianNames},
    {"hi", "IND", kHindi, kHindiNames},
    {"sw", "KEN TZA", kSwahili, kSwahiliNames},
}};

}  // namespace

std::span<const Tongue> tongues() { return kTongues; }

}  // namespace entente::example
