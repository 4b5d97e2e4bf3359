#include "measures/p3_elections/review/arlo_record.h"
namespace entente::measures::p3_elections::review {
void review_arlo_ballots(const ArloRecord&, const ArloOptions&, Review&) {}
}
