def math(split,size,most,rng): raise NotImplementedError
