// What a reader of logs needs, in one include: signed notes, checkpoints, receipts.
#pragma once

#include "merkle/checkpoint.h"   // IWYU pragma: export
#include "merkle/receipt.h"      // IWYU pragma: export
#include "merkle/signed_note.h"  // IWYU pragma: export
#include "merkle/tree.h"         // IWYU pragma: export
