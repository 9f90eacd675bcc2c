// Armadillo: time of an iteration of EM and of scoring.
//
//     armadillo passes DIRECTORY D K SHORT LONG BUDGET TOLERANCE
//     armadillo version
//
// prints one JSON line a measurement, as src/line.rs describes them. Its fit takes no tolerance: no whole fits.

#include <armadillo>
#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

extern "C" char* openblas_get_config();
extern "C" char* openblas_get_corename();

namespace {

constexpr double floor_of_variance = 1e-6;
constexpr std::size_t least = 3, most = 15; // repetitions, as src/clock.rs has them

struct Case {
    std::string directory;
    arma::uword d, k, shorter, longer;
    double budget;
    arma::mat samples, means, covariance; // a column a sample
};

double now() {
    timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
}

double seconds(const std::function<void()>& work) {
    const double begin = now();
    work();
    return now() - begin;
}

std::vector<double> repeat(double budget, const std::function<double()>& measure) {
    const double begin = now();
    std::vector<double> values{measure()};
    if (budget > 0)
        while (values.size() < least || (values.size() < most && now() - begin < budget))
            values.push_back(measure());
    return values;
}

arma::mat read(const std::string& path, arma::uword rows) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) throw std::runtime_error(path);
    const std::size_t bytes = std::size_t(file.tellg());
    arma::mat values(rows, bytes / sizeof(double) / rows);
    file.seekg(0);
    file.read(reinterpret_cast<char*>(values.memptr()), std::streamsize(bytes));
    return values;
}

template <typename T> struct Full {
    using Model = typename std::conditional<sizeof(T) == 4, arma::fgmm_full, arma::gmm_full>::type;
    using Double = arma::gmm_full;
    static const arma::Cube<T>& covariances(const Model& model) { return model.fcovs; }
    static arma::Cube<T> start(const arma::Mat<T>& covariance, arma::uword k) {
        arma::Cube<T> all(covariance.n_rows, covariance.n_cols, k);
        all.each_slice() = covariance;
        return all;
    }
};

template <typename T> struct Diagonal {
    using Model = typename std::conditional<sizeof(T) == 4, arma::fgmm_diag, arma::gmm_diag>::type;
    using Double = arma::gmm_diag;
    static const arma::Mat<T>& covariances(const Model& model) { return model.dcovs; }
    static arma::Mat<T> start(const arma::Mat<T>& covariance, arma::uword k) {
        return arma::repmat(arma::Col<T>(covariance.diag()), 1, k);
    }
};

// To double, matrix or cube.
arma::mat widen(const arma::mat& m) { return m; }
arma::mat widen(const arma::fmat& m) { return arma::conv_to<arma::mat>::from(m); }
arma::cube widen(const arma::cube& c) { return c; }
arma::cube widen(const arma::fcube& c) { return arma::conv_to<arma::cube>::from(c); }

void print(const Case& c, const char* task, const char* structure, const char* scalar,
           const std::vector<double>& values, const std::string& rest) {
    std::cout << "{\"task\":\"" << task << "\",\"peer\":\"Armadillo\",\"structure\":\"" << structure
              << "\",\"scalar\":\"" << scalar << "\",\"d\":" << c.d << ",\"k\":" << c.k << ",\"values\":[";
    for (std::size_t i = 0; i < values.size(); ++i) std::cout << (i ? "," : "") << values[i];
    std::cout << "]" << rest << "}" << std::endl;
}

template <typename T, typename Structure> void measure(const Case& c, const char* structure, const char* scalar) {
    const arma::Mat<T> samples = arma::conv_to<arma::Mat<T>>::from(c.samples);
    const arma::Mat<T> means = arma::conv_to<arma::Mat<T>>::from(c.means);
    const arma::Mat<T> covariance = arma::conv_to<arma::Mat<T>>::from(c.covariance);
    const arma::Row<T> weights(c.k, arma::fill::value(T(1) / T(c.k)));
    const auto covariances = Structure::start(covariance, c.k);

    typename Structure::Model model;
    const auto fit = [&](arma::uword iterations) {
        model.set_params(means, covariances, weights);
        return seconds([&] {
            if (!model.learn(samples, c.k, arma::maha_dist, arma::keep_existing, 0, iterations,
                             T(floor_of_variance), false))
                throw std::runtime_error("Armadillo's learn failed");
        });
    };
    const double per = 1e9 / double(c.longer - c.shorter) / double(samples.n_cols);
    const auto values = repeat(c.budget, [&] {
        const double brief = fit(c.shorter);
        return (fit(c.longer) - brief) * per;
    });

    typename Structure::Double same;
    arma::rowvec double_weights = arma::conv_to<arma::rowvec>::from(model.hefts);
    double_weights /= arma::accu(double_weights); // set_params asks for a sum of 1 to double precision
    same.set_params(widen(model.means), widen(Structure::covariances(model)), double_weights);
    char rest[128];
    std::snprintf(rest, sizeof rest, ",\"iterations\":%llu,\"mean_log_likelihood\":%.15g",
                  static_cast<unsigned long long>(c.longer), same.avg_log_p(c.samples));
    print(c, "fit", structure, scalar, values, rest);

    arma::Row<T> scores;
    const auto times = repeat(c.budget, [&] {
        return seconds([&] { scores = model.log_p(samples); }) * 1e9 / double(samples.n_cols);
    });
    print(c, "score", structure, scalar, times, "");
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::string(argv[1]) == "version") {
        std::cout << arma::arma_version::as_string() << " (" << openblas_get_config() << ", kernel "
                  << openblas_get_corename() << ")\n";
        return 0;
    }
    if (argc != 9 || std::string(argv[1]) != "passes") {
        std::cerr << "usage: passes DIRECTORY D K SHORT LONG BUDGET TOLERANCE\n";
        return 2;
    }
    Case c;
    c.directory = std::string(argv[2]) + "/";
    c.d = std::stoul(argv[3]);
    c.k = std::stoul(argv[4]);
    c.shorter = std::stoul(argv[5]);
    c.longer = std::stoul(argv[6]);
    c.budget = std::stod(argv[7]);
    c.samples = read(c.directory + "samples.f64", c.d);
    c.means = read(c.directory + "means.f64", c.d);
    c.covariance = read(c.directory + "covariance.f64", c.d);
    measure<float, Full<float>>(c, "full", "f32");
    measure<double, Full<double>>(c, "full", "f64");
    measure<float, Diagonal<float>>(c, "diagonal", "f32");
    measure<double, Diagonal<double>>(c, "diagonal", "f64");
}
