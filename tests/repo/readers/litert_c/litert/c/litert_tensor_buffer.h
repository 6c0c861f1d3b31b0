#pragma once
#include "litert/c/declarations.h"
